package org.maskwright.trainer.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of which reading would take all memory, or which read what is not theirs. */
class HostileConfigTest {
  @TempDir private Path folder;

  /** Lines that each hold the line before twice. */
  private static String laughs(String first, String each) {
    StringBuilder text = new StringBuilder("a0 = " + first + "\n");
    for (int i = 1; i < 40; i++) {
      String before = "${a" + (i - 1) + "}";
      text.append("a").append(i).append(" = ").append(each.replace("@", before)).append("\n");
    }
    return text.toString();
  }

  private static List<Arguments> bombs() {
    return List.of(
        Arguments.of("texts", laughs("x", "@@"), "larger than"),
        Arguments.of("lists", laughs("[1, 1]", "@@"), "larger than"),
        Arguments.of("nested lists", laughs("[1, 1]", "[@, @]"), "larger than"),
        Arguments.of("sections", laughs("{ b = 1 }", "{ x = @, y = @ }"), "larger than"),
        Arguments.of("one key", "a = xx\n" + "a = ${a}${a}\n".repeat(60), "larger than"),
        Arguments.of("optional", laughs("x", "@@").replace("${", "${?"), "larger than"),
        Arguments.of("brackets", "a = " + "[".repeat(100_000), "nested deeper"),
        Arguments.of("braces", "a = " + "{a:".repeat(100_000) + "1", "nested deeper"),
        Arguments.of("dots", "a" + ".a".repeat(100_000) + " = 1", "nested deeper"),
        Arguments.of("dotted braces", "a.a.a.a.a { ".repeat(50) + "}".repeat(50), "nested deeper"),
        Arguments.of("a long path", "a = ${a" + ".a".repeat(10_000) + "}", "substitution of more"),
        Arguments.of("many", "a = 1\n" + "b = ${a}\n".repeat(1001), "more than 1000"),
        Arguments.of("large", "# " + "x".repeat(HoconText.MAX_BYTES), "at most"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bombs")
  void aBombIsRefusedBeforeItGoesOff(String name, String text, String why) throws IOException {
    Path file = Files.writeString(folder.resolve("bomb.conf"), text);
    var e = assertThrows(ConfigException.class, () -> ConfigFile.load(file, List.of()));
    assertTrue(e.getMessage().contains(why), e.getMessage());
    assertTrue(e.getMessage().contains("bomb.conf"), e.getMessage());
    assertThrows(ConfigException.class, () -> ConfigFile.loadData(file, List.of()));
  }

  @Test
  void substitutionsAsPeopleWriteThemAreNoBomb() throws IOException {
    String text =
        "a = { x = 1, y = [1, 2] }\n"
            + "b.c = ${a} { z = 3 }\n"
            + "d = ${a.x}${a.x}\n"
            + "e = [ ${a.y}, ${b.c} ]\n"
            + "f = [1]\n"
            + "f += 2\n".repeat(20)
            + "g = ${b} { c.x = ${d} }\n";
    Path file = Files.writeString(folder.resolve("good.conf"), text);
    ConfigFile read =
        ConfigFile.load(
            file, Optional.empty(), List.of(), com.typesafe.config.ConfigFactory.empty());
    assertTrue(read.entries().stream().anyMatch(e -> e.path().equals("g.c.z")));
  }

  @Test
  void includedFilesAreBoundedTooAndMayNotIncludeWithoutEnd() throws IOException {
    Files.writeString(folder.resolve("deep.conf"), "a = " + "[".repeat(100_000));
    Path outer = Files.writeString(folder.resolve("outer.conf"), "include \"deep.conf\"\n");
    var deep = assertThrows(ConfigException.class, () -> ConfigFile.load(outer, List.of()));
    assertTrue(deep.getMessage().contains("deep.conf:1"), deep.getMessage());
    for (int i = 0; i < 40; i++) {
      String next = "include required(\"i" + (i + 1) + "\")\n";
      Files.writeString(folder.resolve("i" + i + ".conf"), next + next);
    }
    Files.writeString(folder.resolve("i40.conf"), "");
    Path many = folder.resolve("i0.conf");
    var e = assertThrows(ConfigException.class, () -> ConfigFile.load(many, List.of()));
    assertTrue(e.getMessage().contains("are included"), e.getMessage());
    Path self = Files.writeString(folder.resolve("self.conf"), "include \"self.conf\"\n");
    assertThrows(ConfigException.class, () -> ConfigFile.load(self, List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "include url(\"http://127.0.0.1:9/x.conf\")",
        "include \"http://127.0.0.1:9/x.conf\"",
        "include \"file:///etc/hostname\"",
        "include classpath(\"org/maskwright/trainer/config/reference.conf\")"
      })
  void onlyFilesCanBeIncluded(String line) throws IOException {
    Path file = Files.writeString(folder.resolve("a.conf"), line + "\n");
    var e = assertThrows(ConfigException.class, () -> ConfigFile.load(file, List.of()));
    assertTrue(e.getMessage().contains("only files can be included"), e.getMessage());
  }

  static Stream<String> moreThanValues() {
    return Stream.of(
        "include \"other.conf\"",
        "include required(\"other.conf\")",
        "include file(\"OTHER\")",
        "include url(\"http://127.0.0.1:9/x.conf\")",
        "a = ${HOME}",
        "a = ${?HOME}",
        "b = 1\na = ${b}",
        "a = [1]\na += 2");
  }

  @ParameterizedTest
  @MethodSource("moreThanValues")
  void dataHoldsValuesAlone(String text) throws IOException {
    Path other = Files.writeString(folder.resolve("other.conf"), "secret = 1");
    Path file =
        Files.writeString(folder.resolve("a.conf"), text.replace("OTHER", other.toString()) + "\n");
    var e = assertThrows(ConfigException.class, () -> ConfigFile.loadData(file, List.of()));
    assertFalse(e.getMessage().contains("secret"), e.getMessage());
    assertTrue(e.getMessage().contains("a.conf"), e.getMessage());
  }

  @Test
  void aDollarInQuotesIsAValue() throws IOException {
    Path file = Files.writeString(folder.resolve("a.conf"), "a = \"${HOME}\"\n");
    assertEquals("\"${HOME}\"", ConfigFile.loadData(file, List.of()).entries().get(0).value());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[256]garbage", "[x]/y", "[256] garbage", "{a = 1}b", "[[1] x]"})
  void textThatWouldBeDroppedIsRefused(String value) throws IOException {
    Path file = Files.writeString(folder.resolve("a.conf"), "a = 1\nx = " + value + "\n");
    var inFile = assertThrows(ConfigException.class, () -> ConfigFile.load(file, List.of()));
    assertTrue(inFile.getMessage().contains("a.conf:2: text after a list"), inFile.getMessage());
    Path empty = Files.writeString(folder.resolve("b.conf"), "");
    var set =
        assertThrows(ConfigException.class, () -> ConfigFile.load(empty, List.of("x=" + value)));
    assertTrue(set.getMessage().contains("--set"), set.getMessage());
  }

  @Test
  void anotherEncodingIsNamedWithItsLine() throws IOException {
    Path file = folder.resolve("latin1.conf");
    Files.writeString(file, "a = 1\nb = \u00e9\n", StandardCharsets.ISO_8859_1);
    var e = assertThrows(ConfigException.class, () -> ConfigFile.load(file, List.of()));
    assertTrue(e.getMessage().contains("latin1.conf:2: expected UTF-8"), e.getMessage());
  }

  @Test
  void everyShippedFileReadsAsEver() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("../configs"))) {
      files
          .filter(f -> f.toString().endsWith(".conf"))
          .forEach(
              f -> {
                try {
                  HoconText.of(f.toString(), Files.readString(f));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
