package org.maskwright.modelzoo.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.MappedFile;

/**
 * The files of a tokenizer.
 *
 * <p>The published merges are the lines of OpenAI's {@code bpe_simple_vocab_16e6.txt.gz} that CLIP
 * uses, 48,894 of 262,144 (MIT; see NOTICE).
 */
final class ClipVocabulary {
  private static final String MERGES = "clip-merges.txt.gz";
  private static final String COMMENT = "#version";
  private static final long MAX_BYTES = 1 << 26;
  private static final JsonFactory JSON = new JsonFactory();

  private ClipVocabulary() {}

  static ClipTokenizer published() {
    List<String> merges = new ArrayList<>();
    try (InputStream in = ClipVocabulary.class.getResourceAsStream(MERGES);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
      lines.readLine(); // its version
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        merges.add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ClipTokenizer.of(merges, "CLIP's published vocabulary");
  }

  static Optional<ClipTokenizer> find(Path folder) {
    Path whole = folder.resolve("tokenizer.json");
    Path vocabulary = folder.resolve("vocab.json");
    Path merges = folder.resolve("merges.txt");
    try {
      if (Files.exists(vocabulary) && Files.exists(merges)) {
        return Optional.of(ofTwo(vocabulary, merges));
      }
      return Files.exists(whole) ? Optional.of(ofOne(whole)) : Optional.empty();
    } catch (IOException e) {
      throw new CheckpointException(folder, "its tokenizer cannot be read: " + e.getMessage(), e);
    }
  }

  private static ClipTokenizer ofTwo(Path vocabulary, Path merges) throws IOException {
    List<String> pairs =
        Files.readAllLines(checked(merges), StandardCharsets.UTF_8).stream()
            .filter(line -> !line.isBlank() && !line.startsWith(COMMENT))
            .toList();
    try (JsonParser json = JSON.createParser(Files.readAllBytes(checked(vocabulary)))) {
      json.nextToken();
      return named(vocabulary, numbers(json), pairs);
    }
  }

  private static ClipTokenizer ofOne(Path file) throws IOException {
    Map<String, Integer> numbers = new HashMap<>();
    List<String> merges = new ArrayList<>();
    try (JsonParser json = JSON.createParser(Files.readAllBytes(checked(file)))) {
      require(file, json.nextToken(), JsonToken.START_OBJECT);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean model = json.currentName().equals("model");
        if (json.nextToken() == JsonToken.START_OBJECT && model) {
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            if (field.equals("vocab") && value == JsonToken.START_OBJECT) {
              numbers.putAll(numbers(json));
            } else if (field.equals("merges")) {
              merges.addAll(pairs(file, json));
            } else {
              json.skipChildren();
            }
          }
        } else {
          json.skipChildren();
        }
      }
    }
    return named(file, numbers, merges);
  }

  private static ClipTokenizer named(Path file, Map<String, Integer> numbers, List<String> merges) {
    try {
      return new ClipTokenizer(numbers, merges, String.valueOf(file.getFileName()));
    } catch (CheckpointException e) {
      throw e.in(file);
    }
  }

  private static Path checked(Path file) throws IOException {
    MappedFile.requireRegular(file);
    if (Files.size(file) > MAX_BYTES) {
      throw new CheckpointException(
          file, "takes %d bytes, expected at most %d".formatted(Files.size(file), MAX_BYTES));
    }
    return file;
  }

  private static Map<String, Integer> numbers(JsonParser json) throws IOException {
    Map<String, Integer> numbers = new HashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String token = json.currentName();
      json.nextToken();
      numbers.put(token, json.getIntValue());
    }
    return numbers;
  }

  /** Pairs as one text each, or as two in newer files. */
  private static List<String> pairs(Path file, JsonParser json) throws IOException {
    require(file, json.currentToken(), JsonToken.START_ARRAY);
    List<String> pairs = new ArrayList<>();
    for (JsonToken token = json.nextToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      if (token == JsonToken.START_ARRAY) {
        List<String> two = new ArrayList<>();
        while (json.nextToken() == JsonToken.VALUE_STRING) {
          two.add(json.getText());
        }
        pairs.add(String.join(" ", two));
      } else {
        require(file, token, JsonToken.VALUE_STRING);
        pairs.add(json.getText());
      }
    }
    return pairs;
  }

  private static void require(Path file, JsonToken got, JsonToken expected) {
    if (got != expected) {
      throw new CheckpointException(file, "is no tokenizer: expected " + expected + ", got " + got);
    }
  }
}
