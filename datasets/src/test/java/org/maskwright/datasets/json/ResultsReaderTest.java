package org.maskwright.datasets.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;

/** Files that are scanned, beside the same files parsed. */
class ResultsReaderTest {
  @TempDir Path folder;

  private static final int[] SIZES = {2, 7, 50, 300, 5_000};

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("file.json"), text);
  }

  private static Optional<List<CocoDetection>> scanned(Path file, int size) {
    return ResultsReader.scanned(file, size, Function.identity());
  }

  private static List<CocoDetection> parsed(Path file) {
    return CocoJson.parsedResults(file, Function.identity());
  }

  private static String one(Random random, String... texts) {
    return texts[random.nextInt(texts.length)];
  }

  /** A value of a key that does not matter, with what looks like the border of two results. */
  private static String stray(Random random, int depth) {
    if (depth == 3 || random.nextBoolean()) {
      return one(
          random, "\"},{\"", "\"}, {\\\"\"", "\"\\\\\"", "\"é\\u0022,\"", "-1.5e3", "null", "[]");
    }
    String a = stray(random, depth + 1);
    String b = stray(random, depth + 1);
    return random.nextBoolean()
        ? "[{\"k\":" + a + "},{\"image_id\":1,\"category_id\":2,\"score\":0.5},{\"k\":" + b + "}]"
        : "{\"a\":" + a + ", \"b\" :" + b + "}";
  }

  private static String segmentation(Random random) {
    return one(
        random,
        "null",
        "{\"size\":[4,5],\"counts\":\"`02\\\\o\"}",
        "{\"counts\" : \"" + "0".repeat(random.nextInt(60)) + "\", \"size\": [480, 640]}",
        "{\"size\":[4,5],\"counts\":[0,20], \"more\":{}}",
        "[[1.5,2,3.25,4,5,6.125]]",
        "[[1,2,3,4,5,6],[0.1,0.2,0.30000000000000004,4e1,5,6]]");
  }

  private static String result(Random random) {
    List<String> fields = new ArrayList<>();
    fields.add("\"image_id\": " + one(random, "1", "12345678901", "\"a.jpg\"", "-3"));
    fields.add("\"category_id\":" + random.nextInt(90));
    fields.add("\"score\":" + one(random, "0.5", "1", "0.9988123178482056", "1e-3", "-0.0"));
    if (random.nextBoolean()) {
      fields.add("\"bbox\":" + one(random, "null", "[]", "[1,2.5,3,4]", "[-1.5, 0, 3e0, 0.1]"));
    }
    if (random.nextBoolean()) {
      fields.add("\"segmentation\":" + segmentation(random));
    }
    if (random.nextBoolean()) {
      fields.add("\"attributes\":" + stray(random, 0));
    }
    if (random.nextInt(4) == 0) {
      fields.add(
          "\"area\":" + random.nextInt(500) + ",\"iscrowd\":" + one(random, "0", "true", "1"));
    }
    Collections.shuffle(fields, random);
    return "{" + String.join(one(random, ",", ", ", " ,\n\t"), fields) + "}";
  }

  private static String results(Random random, int count) {
    List<String> results = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      results.add(result(random));
    }
    String inner = String.join(one(random, ",", ", ", " \n ,\r\n "), results);
    return one(random, "[", " \n[ ") + inner + one(random, "]", " ]\n ");
  }

  @Test
  void scannedIsParsedWhateverTheSizeOfThePieces() throws IOException {
    Random random = new Random(1);
    for (int round = 0; round < 150; round++) {
      Path file = file(results(random, random.nextInt(30)));
      List<CocoDetection> expected = parsed(file);
      for (int size : SIZES) {
        assertEquals(Optional.of(expected), scanned(file, size), () -> text(file));
      }
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "unreadable";
    }
  }

  /**
   * Damaged in a few bytes: what is scanned, is what is parsed; what is refused, is not scanned.
   */
  @Test
  void whatTheParserRefusesIsNotScanned() throws IOException {
    Random random = new Random(2);
    Path file = folder.resolve("file.json");
    int refused = 0;
    int scanned = 0;
    for (int round = 0; round < 2_000; round++) {
      byte[] bytes = results(random, 1 + random.nextInt(4)).getBytes(StandardCharsets.UTF_8);
      Files.write(file, damaged(bytes, random));
      Optional<List<CocoDetection>> found = scanned(file, SIZES[round % SIZES.length]);
      Optional<List<CocoDetection>> expected;
      try {
        expected = Optional.of(parsed(file));
      } catch (DatasetException e) {
        expected = Optional.empty();
        refused++;
      }
      if (found.isPresent()) {
        scanned++;
        assertEquals(expected, found, () -> text(file));
      }
    }
    assertTrue(refused > 1_000 && scanned > 50, refused + " refused, " + scanned + " scanned");
  }

  static byte[] damaged(byte[] bytes, Random random) {
    byte[] signs = "{}[],:\"\\0123456789.eE+-ntf u\n\0\u007f".getBytes(StandardCharsets.US_ASCII);
    byte[] out = bytes.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(out.length);
      switch (random.nextInt(4)) {
        case 0 -> out[at] = signs[random.nextInt(signs.length)];
        case 1 -> out[at] = (byte) random.nextInt(256);
        case 2 -> out = Arrays.copyOf(out, at + 1);
        default -> {
          int from = random.nextInt(out.length);
          int length = Math.min(random.nextInt(20), out.length - Math.max(from, at));
          System.arraycopy(out.clone(), from, out, at, length);
        }
      }
    }
    return out;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[",
        "[{}",
        "[]]",
        "[] []",
        "[{}] x",
        "{}",
        "[,]",
        "\uFEFF[]",
        "[1]",
        "[null]",
        "[{\"image_id\":1,\"category_id\":2,\"score\":0.5},]",
        "[{\"image_id\":1,\"category_id\":2}]",
        "[{\"image_id\":1,\"image_id\":1,\"category_id\":2,\"score\":0.5}]",
        "[{\"image_id\":5.0,\"category_id\":2,\"score\":0.5}]",
        "[{\"image_id\":1,\"category_id\":2,\"score\":1e999}]",
        "[{\"image_id\":1,\"category_id\":2,\"score\":0.5,\"bbox\":[1,2,-3,4]}]",
        "[{\"image_id\":1,\"category_id\":2,\"score\":0.5,\"bbox\":[1,2,3]}]",
        "[{\"image_id\":1,\"category_id\":2,\"score\":0.5,\"segmentation\":{\"size\":[0,1],\"counts\":\"\"}}]",
        "[{\"image_id\":1,\"category_id\":2,\"score\":0.5,\"segmentation\":{\"size\":[2,2],\"counts\":[1]}}]",
        "[{\"image_id\":1,\"category_id\":2,\"score\":0.5,\"segmentation\":{\"counts\":\"0\"}}]"
      })
  void whatIsWrongOrUnusualIsLeftToTheParser(String text) throws IOException {
    Path file = file(text);
    for (int size : SIZES) {
      assertEquals(Optional.empty(), scanned(file, size));
    }
  }

  @Test
  void anEmptyListHasNoResults() throws IOException {
    assertEquals(Optional.of(List.of()), scanned(file(" [ ] \n"), 2));
    assertEquals(List.of(), CocoJson.readResults(file("[]")));
  }

  @Test
  void resultsKeepTheirOrderThroughAllPieces() throws IOException {
    int count = 80_000; // some megabytes
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : ", ").append(result(i, "[" + i % 7 + ",1,2,3]"));
    }
    Path file = file(text.append(']').toString());
    assertTrue(Files.size(file) > 5_000_000, "one piece");
    List<CocoDetection> read = CocoJson.readResults(file);
    assertEquals(count, read.size());
    for (int i = 0; i < count; i++) {
      assertEquals(i, read.get(i).imageId().number());
      assertEquals(i % 7, read.get(i).box().x());
    }
  }

  @Test
  void theFirstErrorOfALargeFileIsReportedWithItsPlace() throws IOException {
    StringBuilder text = new StringBuilder("[\n");
    for (int i = 0; i < 80_000; i++) {
      boolean wrong = i == 70_000 || i == 79_000;
      text.append(i == 0 ? "" : ",\n").append(result(i, wrong ? "[1,1,-2,3]" : "[1,1,2,3]"));
    }
    Path file = file(text.append("\n]").toString());
    DatasetException e = assertThrows(DatasetException.class, () -> CocoJson.readResults(file));
    assertTrue(e.getMessage().contains("result 70001"), e::getMessage);
    assertTrue(e.getMessage().contains("line 70002"), e::getMessage);
  }

  /** Once while it is scanned, once more when the parser looks for its place. */
  @Test
  void whatIsNotKeptIsReportedWithItsNumber() throws IOException {
    Path file = file("[" + result(1, "[]") + "," + result(2, "[]") + "]");
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () ->
                CocoJson.readResults(
                    file,
                    d -> {
                      if (d.imageId().number() == 2) {
                        throw d.error("not wanted");
                      }
                      return d;
                    }));
    assertEquals(file + ": image 2, annotation result 2: not wanted", e.getMessage());
  }

  private static String result(int image, String box) {
    return "{\"image_id\":" + image + ",\"category_id\":3,\"bbox\":" + box + ",\"score\":0.25}";
  }
}
