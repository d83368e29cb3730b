package org.maskwright.datasets.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;

final class ClassFileTest {
  private static final List<String> NAMES = List.of("hintergrund", "k\u00e4sten", "Stra\u00dfe");

  @TempDir private Path folder;

  private ClassFile read(byte[] bytes) throws IOException {
    return ClassFile.read(Files.write(folder.resolve("classes.txt"), bytes));
  }

  private static byte[] encoded(String mark, String charset, String lineEnd) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < mark.length(); i += 2) {
      out.write(Integer.parseInt(mark.substring(i, i + 2), 16));
    }
    out.write((String.join(lineEnd, NAMES) + lineEnd).getBytes(Charset.forName(charset)));
    return out.toByteArray();
  }

  @ParameterizedTest
  @CsvSource({
    "'', UTF-8",
    "EFBBBF, UTF-8",
    "FFFE, UTF-16LE",
    "FEFF, UTF-16BE",
    "'', UTF-16LE",
    "'', UTF-16BE",
  })
  void namesAreTheSameInEachEncodingOfUnicode(String mark, String charset) throws IOException {
    for (String lineEnd : List.of("\n", "\r\n", "\r")) {
      ClassFile file = read(encoded(mark, charset, lineEnd));
      assertEquals(NAMES, file.names());
      assertEquals(Optional.empty(), file.notice());
    }
  }

  @Test
  void linesOfIdsHaveSynonyms() throws IOException {
    ClassFile file =
        read(
            "0:invalid_class_id\n1:sea, ocean,sea\n2:boat,fishing boat\n"
                .getBytes(StandardCharsets.UTF_8));
    assertEquals(List.of("sea", "boat"), file.names());
    assertEquals(
        List.of(List.of("sea", "ocean"), List.of("boat", "fishing boat")), file.synonyms());
    assertEquals(
        List.of("sea", "boat"),
        read("0:sea,ocean\n1:boat\n".getBytes(StandardCharsets.UTF_8)).names());
    assertEquals(
        List.of(List.of("sea, ocean"), List.of("boat")),
        read("sea, ocean\nboat\n".getBytes(StandardCharsets.UTF_8)).synonyms(),
        "a name with a comma is one name where no ids stand");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1:sea\n3:boat\n", "5:sea\n6:boat\n", "0:sea\n1: ,\n", "0:sea\n1:sea,ocean\n"})
  void idsThatSkipAndNamesThatAreNotThereAreRefused(String text) {
    assertThrows(DatasetException.class, () -> read(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void latin1IsReadWithANoticeThatNamesTheFile() throws IOException {
    ClassFile file = read(encoded("", "ISO-8859-1", "\n"));
    assertEquals(NAMES, file.names());
    assertTrue(file.notice().orElseThrow().contains("classes.txt: not UTF-8, read as Latin-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\nb\n", "a\r\nb\r\n\r\n", " a \nb\t\n\n\n"})
  void whatFollowsTheLastNameIsNothing(String text) throws IOException {
    assertEquals(List.of("a", "b"), read(text.getBytes(StandardCharsets.UTF_8)).names());
  }

  @ParameterizedTest
  @CsvSource({
    "'a||b', line 2: expected a class name, found a blank line",
    "'|a', line 1: expected a class name, found a blank line",
    "'a|# b|c', line 2: expected a class name, found a comment line",
    "'a|b|a', line 3: the class \"a\" is that of line 1 too",
    "'', expected class names",
    "'||', expected class names",
  })
  void aLineThatShiftsTheLabelsIsRefusedByItsNumber(String lines, String message) {
    byte[] bytes = lines.replace('|', '\n').getBytes(StandardCharsets.UTF_8);
    DatasetException e = assertThrows(DatasetException.class, () -> read(bytes));
    assertTrue(e.getMessage().contains("classes.txt: " + message), e.getMessage());
  }
}
