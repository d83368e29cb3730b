package org.maskwright.modelzoo.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The checked JSON header of a safetensors file. */
final class SafetensorsHeader {
  private static final int MAX_RANK = 32;
  private static final int MAX_NESTING = 4;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_NESTING)
                  .maxStringLength(Safetensors.MAX_HEADER_BYTES)
                  .build())
          .build();

  /** One tensor: bytes [begin, end) of the data. */
  record Entry(ElementType type, Shape dimensions, long begin, long end) {
    long[] shape() {
      return dimensions.toArray();
    }
  }

  /** A shape as a value. */
  record Shape(List<Long> lengths) {
    long[] toArray() {
      return lengths.stream().mapToLong(Long::longValue).toArray();
    }
  }

  private final Path file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafetensorsHeader(Path file) {
    this.file = file;
  }

  /**
   * Parses and checks.
   *
   * @param dataBytes bytes of the file after the header, which the tensors must cover exactly
   * @throws CheckpointException if anything deviates from the format
   */
  static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) {
    SafetensorsHeader header = new SafetensorsHeader(file);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      try (JsonParser parser = JSON.createParser(text)) {
        header.parse(parser);
      }
    } catch (CharacterCodingException e) {
      throw new CheckpointException(file, "the header is not valid UTF-8", e);
    } catch (IOException e) {
      throw new CheckpointException(file, "the header is not valid JSON: " + firstLine(e), e);
    }
    header.checkCoverage(dataBytes);
    return header;
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  Map<String, Entry> entries() {
    return entries;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private void parse(JsonParser parser) throws IOException {
    expect(parser, parser.nextToken(), JsonToken.START_OBJECT, "the header");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      if (name.equals(Safetensors.METADATA)) {
        parseMetadata(parser);
      } else {
        entries.put(name, parseEntry(parser, name));
      }
    }
    if (parser.nextToken() != null) {
      throw fault("text after the end of the header's JSON object");
    }
  }

  private void parseMetadata(JsonParser parser) throws IOException {
    expect(parser, parser.nextToken(), JsonToken.START_OBJECT, Safetensors.METADATA);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      expect(parser, parser.nextToken(), JsonToken.VALUE_STRING, "metadata '" + key + "'");
      metadata.put(key, parser.getText());
    }
  }

  private Entry parseEntry(JsonParser parser, String name) throws IOException {
    String where = "tensor '" + name + "'";
    expect(parser, parser.nextToken(), JsonToken.START_OBJECT, where);
    ElementType type = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "dtype" -> {
          expect(parser, value, JsonToken.VALUE_STRING, where + ": dtype");
          type = elementType(where, parser.getText());
        }
        case "shape" -> shape = parseLongs(parser, value, where + ": shape");
        case "data_offsets" -> offsets = parseLongs(parser, value, where + ": data_offsets");
        default -> throw fault(where + ": unknown field '" + field + "'");
      }
    }
    if (type == null || shape == null || offsets == null) {
      throw fault(where + ": dtype, shape and data_offsets must all be there");
    }
    return checked(where, type, shape, offsets);
  }

  private ElementType elementType(String where, String name) {
    Optional<ElementType> type = ElementType.ofName(name);
    return type.orElseThrow(
        () ->
            fault(
                where
                    + ": dtype '"
                    + name
                    + "' is not one of F32 F16 BF16 F64 I64 I32 I16 I8 U8 BOOL"));
  }

  private List<Long> parseLongs(JsonParser parser, JsonToken first, String where)
      throws IOException {
    expect(parser, first, JsonToken.START_ARRAY, where);
    List<Long> values = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      expect(parser, token, JsonToken.VALUE_NUMBER_INT, where);
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || parser.getLongValue() < 0) {
        throw fault(where + ": " + parser.getText() + " is not a size");
      }
      if (values.size() == MAX_RANK) {
        throw fault(where + ": more than " + MAX_RANK + " numbers");
      }
      values.add(parser.getLongValue());
    }
    return values;
  }

  private Entry checked(String where, ElementType type, List<Long> shape, List<Long> offsets) {
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw fault(where + ": data_offsets must be [begin, end], begin <= end, got " + offsets);
    }
    Entry entry = new Entry(type, new Shape(List.copyOf(shape)), offsets.get(0), offsets.get(1));
    long bytes;
    try {
      bytes = HostTensor.byteSize(type, entry.shape());
    } catch (CheckpointException e) {
      throw new CheckpointException(file, where + ": " + e.getMessage(), e);
    }
    if (bytes != entry.end() - entry.begin()) {
      throw fault(
          "%s: %s %s takes %d bytes, but data_offsets %s give it %d"
              .formatted(where, type, shape, bytes, offsets, entry.end() - entry.begin()));
    }
    return entry;
  }

  /** Every byte of the data belongs to exactly one tensor, as the format demands. */
  private void checkCoverage(long dataBytes) {
    List<Map.Entry<String, Entry>> byOffset = new ArrayList<>(entries.entrySet());
    byOffset.sort(
        Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    long end = 0;
    for (Map.Entry<String, Entry> named : byOffset) {
      Entry entry = named.getValue();
      if (entry.end() > dataBytes) {
        throw fault(
            "tensor '%s' ends at byte %d of the data, but the file holds %d; it is truncated"
                .formatted(named.getKey(), entry.end(), dataBytes));
      }
      if (entry.begin() != end) {
        throw fault(
            "tensor '%s' begins at byte %d of the data, expected %d: tensors overlap or leave a gap"
                .formatted(named.getKey(), entry.begin(), end));
      }
      end = entry.end();
    }
    if (end != dataBytes) {
      throw fault("the tensors take %d bytes, but %d follow the header".formatted(end, dataBytes));
    }
  }

  private void expect(JsonParser parser, JsonToken got, JsonToken expected, String where)
      throws IOException {
    if (got != expected) {
      throw fault(
          where + ": expected " + expected + ", got " + got + " '" + parser.getText() + "'");
    }
  }

  private CheckpointException fault(String message) {
    return new CheckpointException(file, message);
  }
}
