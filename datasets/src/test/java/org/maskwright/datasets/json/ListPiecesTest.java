package org.maskwright.datasets.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;

class ListPiecesTest {
  @TempDir Path folder;

  private static ListPieces pieces(String text, int size) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ListPieces.of(new ByteArrayInputStream(bytes), size).orElseThrow();
  }

  /** The pieces without their brackets, in turn. */
  private static List<String> contents(String text, int size) throws IOException {
    List<String> contents = new ArrayList<>();
    try (ListPieces pieces = pieces(text, size)) {
      for (var next = pieces.next(); next.isPresent(); next = pieces.next()) {
        ListPieces.Piece piece = next.get();
        assertEquals(contents.size(), piece.index);
        String json = new String(piece.json, 0, piece.length, StandardCharsets.UTF_8);
        assertTrue(json.startsWith("[") && json.endsWith("]"), json);
        contents.add(json.substring(1, json.length() - 1));
      }
    }
    return contents;
  }

  @Test
  void piecesTogetherAreTheFileWhateverTheirSize() throws IOException {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      List<String> elements = new ArrayList<>();
      for (int i = random.nextInt(20); i >= 0; i--) {
        elements.add(element(random, 0));
      }
      String inner = String.join(random.nextBoolean() ? "," : " ,\n ", elements);
      List<String> contents = contents(" \n[" + inner + "]\r\n", 2 + random.nextInt(60));
      assertEquals(inner, String.join(",", contents));
    }
  }

  /** An object with brackets, commas, quotes and escapes in its texts. */
  private static String element(Random random, int depth) {
    String[] texts = {"\"a,b]}\"", "\"\\\"[{,\"", "\"\\\\\"", "\"é\\u0022,\"", "-1.5e3", "null"};
    String inner = texts[random.nextInt(texts.length)];
    if (depth < 3 && random.nextBoolean()) {
      inner = "[" + element(random, depth + 1) + "," + element(random, depth + 1) + "]";
    }
    return "{\"k\":" + inner + "}";
  }

  @Test
  void aPieceKnowsHowManyElementsCameBefore() throws IOException {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < 1000; i++) {
      text.append(i == 0 ? "" : ",").append("{\"n\":").append(i).append('}');
    }
    try (ListPieces pieces = pieces(text.append(']').toString(), 64)) {
      int seen = 0;
      for (var next = pieces.next(); next.isPresent(); next = pieces.next()) {
        ListPieces.Piece piece = next.get();
        String json = new String(piece.json, 0, piece.length, StandardCharsets.UTF_8);
        assertTrue(json.startsWith("[{\"n\":" + piece.first + "}"), json);
        seen++;
      }
      assertTrue(seen > 50, "pieces: " + seen);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[{}", "[{},{}", "[{}] []", "[{}]]", "[\"a]"})
  void whatIsNotOneListIsRefused(String text) {
    for (int size : new int[] {2, 5, 100}) {
      assertThrows(IOException.class, () -> contents(text, size), text);
    }
  }

  /** Where it is in the piece before, its reader sees the comma. */
  @Test
  void aCommaThatAPieceEndsWithHasAnElementBehindIt() throws IOException {
    String text = "[{\"k\":12}, ]";
    assertThrows(IOException.class, () -> contents(text, 10));
    assertEquals(List.of("{\"k\":12}, "), contents(text, 100));
  }

  @Test
  void resultsAreNumberedThroughAllPieces() throws IOException {
    StringBuilder text = new StringBuilder("[");
    int count = 40_000; // some megabytes
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : ", ").append(result(i, "[" + i % 7 + ",1,2,3]"));
    }
    Path file = folder.resolve("results.json");
    Files.writeString(file, text.append(']'));
    List<CocoDetection> read = CocoJson.readResults(file);
    assertEquals(count, read.size());
    for (int i = 0; i < count; i++) {
      assertEquals(i + 1, read.get(i).number());
      assertEquals(i, read.get(i).imageId().number());
      assertEquals(i % 7, read.get(i).box().x());
    }
  }

  @Test
  void theFirstErrorOfALargeFileIsReportedWithItsPlace() throws IOException {
    StringBuilder text = new StringBuilder("[\n");
    for (int i = 0; i < 40_000; i++) {
      boolean wrong = i == 30_000 || i == 39_000;
      text.append(i == 0 ? "" : ",\n").append(result(i, wrong ? "[1,1,-2,3]" : "[1,1,2,3]"));
    }
    Path file = folder.resolve("results.json");
    Files.writeString(file, text.append("\n]"));
    DatasetException e = assertThrows(DatasetException.class, () -> CocoJson.readResults(file));
    assertTrue(e.getMessage().contains("result 30001"), e::getMessage);
    assertTrue(e.getMessage().contains("line 30002"), e::getMessage);
  }

  private static String result(int image, String box) {
    return "{\"image_id\":" + image + ",\"category_id\":3,\"bbox\":" + box + ",\"score\":0.25}";
  }
}
