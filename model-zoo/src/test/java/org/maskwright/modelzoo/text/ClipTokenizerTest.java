package org.maskwright.modelzoo.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.files.Sha256;
import org.maskwright.modelzoo.weights.CheckpointException;

/** Against tokens.json, which make_tokens.py made with Hugging Face's tokenizer. */
class ClipTokenizerTest {
  private static final ClipTokenizer TOKENIZER = ClipTokenizer.published();
  @TempDir Path folder;

  private static final Map<String, List<Integer>> TEXTS = new LinkedHashMap<>();
  private static final List<String> HASHES = new ArrayList<>();

  static {
    try (InputStream in = ClipTokenizerTest.class.getResourceAsStream("tokens.json");
        JsonParser json = new JsonFactory().createParser(in)) {
      String text = "";
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.FIELD_NAME && json.currentName().equals("text")) {
          json.nextToken();
          text = json.getText();
        } else if (token == JsonToken.FIELD_NAME && json.currentName().equals("numbers")) {
          List<Integer> numbers = new ArrayList<>();
          json.nextToken();
          while (json.nextToken() != JsonToken.END_ARRAY) {
            numbers.add(json.getIntValue());
          }
          TEXTS.put(text, numbers);
        } else if (token == JsonToken.FIELD_NAME && json.currentName().equals("hashes")) {
          json.nextToken();
          while (json.nextToken() != JsonToken.END_ARRAY) {
            HASHES.add(json.getText());
          }
        }
      }
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void publishedVocabularyIsOpenAis() {
    assertEquals(49_408, TOKENIZER.size());
    assertEquals(49_407, TOKENIZER.end());
    assertEquals(List.of(320, 1125, 539, 320, 2368, 269), TOKENIZER.numbers("a photo of a cat."));
  }

  @Test
  void numbersAreThoseOfTheReference() {
    assertTrue(TEXTS.size() > 90);
    TEXTS.forEach((text, numbers) -> assertEquals(numbers, TOKENIZER.numbers(text), text));
  }

  @Test
  void tenThousandTextsHaveTheNumbersOfTheReference() throws Exception {
    Drawn drawn = new Drawn();
    for (int i = 0; i < HASHES.size(); i++) {
      StringBuilder all = new StringBuilder();
      for (int n = 0; n < 100; n++) {
        all.append(n == 0 ? "" : "\n")
            .append(
                TOKENIZER.numbers(drawn.text()).stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(",")));
      }
      MessageDigest digest = Sha256.start();
      digest.update(all.toString().getBytes(StandardCharsets.UTF_8));
      assertEquals(HASHES.get(i), Sha256.hex(digest).substring(0, 16), "hundred " + i);
    }
    assertEquals(100, HASHES.size());
  }

  /** The texts of make_tokens.py. */
  private static final class Drawn {
    private static final int[][] SCRIPTS = {
      {0x41, 0x5A},
      {0x61, 0x7A},
      {0xC0, 0xFF},
      {0x100, 0x17F},
      {0x391, 0x3A1},
      {0x3A3, 0x3C9},
      {0x410, 0x44F},
      {0x531, 0x556},
      {0x5D0, 0x5EA},
      {0x621, 0x64A},
      {0x660, 0x669},
      {0x905, 0x939},
      {0x93E, 0x94D},
      {0x966, 0x96F},
      {0xE01, 0xE3A},
      {0xE40, 0xE5B},
      {0x1100, 0x1112},
      {0x1161, 0x1175},
      {0x10A0, 0x10C5},
      {0x1C90, 0x1CBA},
      {0x13A0, 0x13F5},
      {0x1E00, 0x1E95},
      {0x1F00, 0x1F15},
      {0x2126, 0x212B},
      {0x2160, 0x216F},
      {0x2460, 0x2473},
      {0x3041, 0x3096},
      {0x30A1, 0x30FA},
      {0x4E00, 0x9FA5},
      {0xAC00, 0xD7A3},
      {0xFB00, 0xFB06},
      {0xFF21, 0xFF3A},
      {0x10400, 0x10427},
      {0x1D400, 0x1D433},
      {0x1F300, 0x1F5FF},
      {0x1F600, 0x1F64F},
      {0x20000, 0x200FF},
      {0x130, 0x131}
    };
    private static final List<String> SPACES =
        List.of(
            " ", " ", " ", "  ", "", "\t", "\n", "\u00a0", "\u3000", "-", "_", "\u2009 ", "\u200b");
    private static final String PUNCTUATION =
        ".,;:!?'\"()[]{}<>|/\\@#$%^&*+=~`\u2019\u201c\u201d\u2014\u20ac\u00b0\u00ab\u00bb";
    private static final List<String> CONTRACTIONS =
        List.of("'s", "'S", "n't", "'ll", "I'm", "'D", "you're", "'VE", "''s", "'", "s'");

    private final List<String> words;
    private long state = 20240607;

    Drawn() throws java.io.IOException {
      try (InputStream in = ClipTokenizer.class.getResourceAsStream("clip-merges.txt.gz");
          BufferedReader lines =
              new BufferedReader(
                  new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
        words = lines.lines().skip(1).map(line -> line.replace(" ", "")).toList();
      }
    }

    private int draw(int n) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      return (int) ((state >>> 33) % n);
    }

    private static String upper(String text) {
      StringBuilder out = new StringBuilder();
      text.chars().forEach(c -> out.append((char) (c >= 'a' && c <= 'z' ? c - 32 : c)));
      return out.toString();
    }

    private String part() {
      int kind = draw(9);
      StringBuilder out = new StringBuilder();
      if (kind < 3) {
        String word = words.get(draw(words.size())).replace("</w>", "");
        int form = draw(3);
        return form == 0
            ? word
            : form == 1 ? upper(word) : upper(word.substring(0, 1)) + word.substring(1);
      } else if (kind < 5) {
        int[] script = SCRIPTS[draw(SCRIPTS.length)];
        int count = 1 + draw(6);
        for (int i = 0; i < count; i++) {
          out.appendCodePoint(script[0] + draw(script[1] - script[0] + 1));
        }
      } else if (kind == 5) {
        int count = 1 + draw(5);
        for (int i = 0; i < count; i++) {
          out.append(draw(10));
        }
      } else if (kind == 6) {
        int count = 1 + draw(3);
        for (int i = 0; i < count; i++) {
          out.append(PUNCTUATION.charAt(draw(PUNCTUATION.length())));
        }
      } else if (kind == 7) {
        return CONTRACTIONS.get(draw(CONTRACTIONS.size()));
      } else {
        out.append((char) ('a' + draw(26))).append((char) (0x300 + draw(0x30)));
        out.append((char) ('A' + draw(26)));
      }
      return out.toString();
    }

    String text() {
      StringBuilder out = new StringBuilder();
      int count = 1 + draw(8);
      for (int i = 0; i < count; i++) {
        out.append(part()).append(SPACES.get(draw(SPACES.size())));
      }
      return out.toString();
    }
  }

  @Test
  void textsAreFilledUpAndCut() {
    TokenBatch batch = TOKENIZER.encode(List.of("cat", "a photo of a cat."), 6);
    assertEquals(6, batch.length());
    assertArrayEquals(
        new long[] {
          49406, 2368, 49407, 0, 0, 0,
          49406, 320, 1125, 539, 320, 49407
        },
        batch.ids());
    assertArrayEquals(new long[] {2, 5}, batch.ends());
    assertTrue(TOKENIZER.fits("cat", 3));
    assertFalse(TOKENIZER.fits("a photo of a cat.", 7));
    assertArrayEquals(new long[] {2}, TOKENIZER.encode(List.of("a <|endoftext|> b"), 77).ends());
  }

  /** A vocabulary of the bytes, and two merges. */
  private static String vocabulary() {
    List<String> tokens = new ArrayList<>(ClipTokenizer.firstTokens());
    tokens.addAll(List.of("ca", "cat</w>", ClipTokenizer.START, ClipTokenizer.END));
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i < tokens.size(); i++) {
      String escaped = tokens.get(i).replace("\\", "\\\\").replace("\"", "\\\"");
      json.append(i == 0 ? "" : ",").append('"').append(escaped).append("\":").append(i);
    }
    return json.append("}").toString();
  }

  @Test
  void vocabulariesOfFoldersAreRead() throws Exception {
    assertEquals(49_408, ClipTokenizer.of(folder).size());
    Path one = Files.createDirectory(folder.resolve("one"));
    String merges = "#version: 0.2\nc a\nca t</w>\n";
    Files.writeString(one.resolve("vocab.json"), vocabulary());
    Files.writeString(one.resolve("merges.txt"), merges);
    for (String pairs :
        List.of("[\"c a\", \"ca t</w>\"]", "[[\"c\", \"a\"], [\"ca\", \"t</w>\"]]")) {
      Path whole = folder.resolve("tokenizer.json");
      Files.writeString(
          whole,
          "{\"added_tokens\": [{\"id\": 1}], \"model\": {\"type\": \"BPE\", \"vocab\": "
              + vocabulary()
              + ", \"merges\": "
              + pairs
              + "}}");
      for (Path each : List.of(one, folder)) {
        ClipTokenizer read = ClipTokenizer.of(each);
        assertEquals(516, read.size());
        assertEquals(List.of(513), read.numbers("CAT"));
        assertEquals(3, read.numbers("cat's").size());
      }
    }
  }

  @Test
  void otherTokenizersAreRefused() throws Exception {
    for (String text :
        List.of(
            "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\", -1]]}}",
            "[]",
            "{\"model\": {\"vocab\": {\"a\": 0}, \"merges\": []}}",
            "{\"model\"")) {
      Files.writeString(folder.resolve("tokenizer.json"), text);
      CheckpointException error =
          assertThrows(CheckpointException.class, () -> ClipTokenizer.of(folder), text);
      assertTrue(error.getMessage().startsWith(folder.toString()), error.getMessage());
    }
  }
}
