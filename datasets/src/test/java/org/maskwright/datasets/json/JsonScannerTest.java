package org.maskwright.datasets.json;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.ImageId;

class JsonScannerTest {
  @TempDir Path folder;

  private <T> T read(String text, int window, JsonScanner.Value<T> value)
      throws IOException, Unusual {
    Path file = folder.resolve("text.json");
    Files.writeString(file, text);
    try (FileChannel channel = FileChannel.open(file)) {
      return new JsonScanner(channel, window).whole(value);
    }
  }

  private void assertUnusual(String text, JsonScanner.Value<?> value) {
    assertThrows(Unusual.class, () -> read(text, 64, value), text);
  }

  private static double parsed(String number) throws IOException {
    try (JsonFile json = new JsonFile(number.getBytes(StandardCharsets.UTF_8))) {
      json.parser.nextToken();
      return json.number("number");
    }
  }

  private void assertNumber(String number) throws IOException, Unusual {
    double expected = parsed(number + " ");
    double got = read(number + ",", 64, JsonScanner::number);
    assertEquals(Double.doubleToLongBits(expected), Double.doubleToLongBits(got), number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "0.0",
        "-0.0",
        "-0e0",
        "1e0",
        "1E+2",
        "12.50",
        "0.1",
        "0.30000000000000004",
        "9007199254740993",
        "9007199254740993.0",
        "123456789012345678",
        "1234567890123456789",
        "12345678901234567890123",
        "0.99881231784820561234567",
        "1e-320",
        "4.9e-324",
        "1e-400",
        "1.7976931348623157e308",
        "0.000000000000000001",
        "999999999999999999",
        "1.23456789012345678",
        "5e-1"
      })
  void aNumberIsTheParsersToTheBit(String number) throws IOException, Unusual {
    assertNumber(number);
  }

  @Test
  void randomNumbersAreTheParsersToTheBit() throws IOException, Unusual {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      assertNumber(Double.toString(Math.scalb(random.nextGaussian(), random.nextInt(90) - 45)));
      assertNumber(Float.toString(random.nextFloat() * random.nextInt(2_000)));
      assertNumber(random.nextInt(2_000) + "." + random.nextInt(1_000_000));
      assertNumber(Long.toString(random.nextLong()));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"01", "-", "1.", ".5", "+1", "1e", "1e+", "NaN", "1e999", "-1e999", "0x1", "--1"})
  void whatIsNoFiniteNumberIsUnusual(String number) {
    assertUnusual(
        number + ",",
        in -> {
          double value = in.number();
          in.expect(',');
          return value;
        });
  }

  @Test
  void aNumberLongerThanAnyoneWritesIsUnusual() {
    assertUnusual(
        "0." + "9".repeat(500) + ",",
        in -> {
          double value = in.number();
          in.expect(',');
          return value;
        });
  }

  @Test
  void wholeNumbersKeepToTheirRange() throws IOException, Unusual {
    long seven = read("-7 ", 64, in -> in.integer(-7, 7));
    assertEquals(-7, seven);
    long long18 = read("999999999999999999 ", 64, in -> in.integer(0, Long.MAX_VALUE));
    assertEquals(999_999_999_999_999_999L, long18);
    assertUnusual("8 ", in -> in.integer(-7, 7));
    assertUnusual("5.0 ", in -> in.integer(-7, 7));
    assertUnusual("5e0 ", in -> in.integer(-7, 7));
    assertUnusual("9223372036854775807 ", in -> in.integer(0, Long.MAX_VALUE));
  }

  @Test
  void textsAreUnescapedWhereverTheWindowEnds() throws IOException, Unusual {
    String text = "\"PTl0`8\\\\J\\\\k>\\/\\\"o\" ";
    for (int window = 2; window < 40; window++) {
      byte[] read = read(text, window, JsonScanner::text);
      assertEquals("PTl0`8\\J\\k>/\"o", new String(read, StandardCharsets.US_ASCII));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a\nb\"", "\"a", "\"é\"", "\"\\u0041\"", "\"\\x\"", "7", "\"\\"})
  void otherTextsAreUnusual(String text) {
    assertUnusual(text, JsonScanner::text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":[1,{\"b\":null},true ,false],\"é\\u00e9\\n\":\"日本\"}",
        "[]",
        "{}",
        "-1.5e3",
        "null",
        "[[],[{}]]"
      })
  void whateverIsJsonIsPassed(String value) throws IOException, Unusual {
    for (int window = 2; window < 64; window++) {
      boolean passed =
          read(
              "[" + value + " , 7 ]",
              window,
              in -> {
                in.firstElement();
                in.skip();
                return in.nextElement() && in.integer(7, 7) == 7 && !in.nextElement();
              });
      assertTrue(passed);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "{\"a\" 1}",
        "{a:1}",
        "[nul]",
        "{\"a\":1]",
        "\"\\ud8\"",
        "\"\t\"",
        "[,1]",
        "{\"a\":1 \"b\":2}",
        "tru",
        "'a'"
      })
  void whatIsNoJsonIsUnusual(String value) {
    assertUnusual(value + ",", JsonScanner::skip);
  }

  @Test
  void textThatIsNotUtf8IsUnusual() throws IOException {
    byte[][] wrong = {{(byte) 0x80}, {(byte) 0xc3, 'a'}, {(byte) 0xff}, {(byte) 0xe2, (byte) 0x82}};
    for (byte[] letters : wrong) {
      Path file = folder.resolve("wrong.json");
      byte[] text = "\"ab\" ".getBytes(StandardCharsets.UTF_8);
      byte[] all = new byte[text.length + letters.length];
      System.arraycopy(text, 0, all, 0, 2);
      System.arraycopy(letters, 0, all, 2, letters.length);
      System.arraycopy(text, 2, all, 2 + letters.length, text.length - 2);
      Files.write(file, all);
      try (FileChannel channel = FileChannel.open(file)) {
        JsonScanner in = new JsonScanner(channel, 64);
        assertThrows(Unusual.class, () -> in.whole(JsonScanner::skip));
      }
    }
  }

  @Test
  void listsNestedDeeperThanToolsWriteAreUnusual() throws IOException, Unusual {
    boolean passed = read("[".repeat(40) + "]".repeat(40), 64, JsonScanner::skip);
    assertTrue(passed);
    assertUnusual("[".repeat(100_000) + "]".repeat(100_000), JsonScanner::skip);
  }

  @Test
  void aKnownKeyInDisguiseIsUnusual() throws IOException, Unusual {
    JsonKeys known = new JsonKeys(List.of("id", "score"));
    assertEquals("score", read("{\"score\":1}", 64, in -> in.firstKey(known)));
    assertEquals("", read("{\"scores\":1}", 64, in -> in.firstKey(known)));
    assertUnusual("{\"sc\\u006fre\":1}", in -> in.firstKey(known));
  }

  @SuppressWarnings("ReferenceEquality") // the law: no second one of the same name
  @Test
  void theSameImageInARowIsOneObject() throws IOException, Unusual {
    boolean same =
        read(
            "[\"a\",\"a\"] ",
            64,
            in -> {
              in.firstElement();
              ImageId first = in.imageId();
              in.nextElement();
              return first == in.imageId() && first.equals(ImageId.of("a"));
            });
    assertTrue(same);
    assertEquals(ImageId.of(0), read("0 ", 64, JsonScanner::imageId));
    assertEquals(ImageId.of(-5), read("-5 ", 64, JsonScanner::imageId));
  }

  @Test
  void whatIsNotReadIsPassedToItsLastBracket() throws IOException, Unusual {
    String object = "{\"a]\\\"}\":[1,{\"é\":\"\\\\\"}]}";
    for (int window = 2; window < 40; window++) {
      byte[] unread = read(object + ",7", window, JsonScanner::unread);
      assertArrayEquals(object.getBytes(StandardCharsets.UTF_8), unread);
    }
    assertUnusual("{\"a\":1", JsonScanner::unread);
  }

  @Test
  void onlySpacesAreNothing() throws IOException {
    for (String text : List.of("", " \n\t\r", " ".repeat(500), " ".repeat(500) + "x")) {
      Path file = folder.resolve("spaces.json");
      Files.writeString(file, text);
      try (FileChannel channel = FileChannel.open(file)) {
        assertEquals(!text.endsWith("x"), new JsonScanner(channel, 64).nothingFollows());
      }
    }
  }

  @Test
  void anObjectBehindACommaIsFoundWhereverTheWindowEnds() throws IOException {
    String text = "[{\"a\":1}, \n{\"b\":2},{\"c\":3}]";
    Path file = folder.resolve("objects.json");
    Files.writeString(file, text);
    for (int window = 1; window < 40; window++) {
      try (FileChannel channel = FileChannel.open(file)) {
        JsonScanner in = new JsonScanner(channel, window);
        assertEquals(text.indexOf("{\"b"), in.objectBehindComma(3, 100));
        in.moveTo(text.indexOf("{\"b") + 1);
        assertEquals(text.indexOf("{\"c"), in.objectBehindComma(0, 100));
        in.moveTo(text.indexOf("{\"c") + 1);
        assertEquals(100, in.objectBehindComma(0, 100));
        in.moveTo(0);
        assertEquals(5, in.objectBehindComma(0, 5));
      }
    }
  }
}
