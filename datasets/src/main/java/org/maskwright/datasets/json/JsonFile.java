package org.maskwright.datasets.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.files.InputFile;

/**
 * A JSON file being read: the parser, and its values checked for type and range with the place in
 * the message.
 */
final class JsonFile implements AutoCloseable {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  final JsonParser parser;
  private final Map<ImageId, ImageId> imageIds = new HashMap<>();
  private final Set<String> sections = new HashSet<>();

  private JsonFile(Path file) throws IOException {
    InputFile.require(file, DatasetException::new);
    parser = FACTORY.createParser(Files.newInputStream(file));
    parser.enable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
  }

  /** A part of a file; the places of its errors are those of the part. */
  JsonFile(byte[] part) throws IOException {
    parser = FACTORY.createParser(part);
  }

  /** What is done with an open file. */
  @FunctionalInterface
  interface Reading<T> {
    T read(JsonFile json) throws IOException;
  }

  /**
   * Reads a whole file and turns every failure into a {@link DatasetException} with the file and
   * the place.
   */
  static <T> T read(Path file, Reading<T> reading) {
    try (JsonFile json = new JsonFile(file)) {
      return json.whole(reading);
    } catch (DatasetException e) {
      throw e.inFile(file);
    } catch (JsonProcessingException e) {
      throw DatasetException.ofFile(
          file, "not valid JSON" + place(e.getLocation()) + ": " + reason(e), e);
    } catch (NoSuchFileException e) {
      throw DatasetException.ofFile(file, "no such file", e);
    } catch (IOException e) {
      throw DatasetException.ofFile(file, "cannot be read: " + e, e);
    }
  }

  /** As {@link #read(Path, Reading)}, of a text in memory. */
  static <T> T read(byte[] text, Reading<T> reading) {
    try (JsonFile json = new JsonFile(text)) {
      return json.whole(reading);
    } catch (JsonProcessingException e) {
      throw new DatasetException("not valid JSON" + place(e.getLocation()) + ": " + reason(e), e);
    } catch (IOException e) {
      throw new DatasetException("not valid JSON: " + e.getMessage(), e);
    }
  }

  private <T> T whole(Reading<T> reading) throws IOException {
    parser.nextToken();
    T result = reading.read(this);
    if (parser.nextToken() != null) {
      throw error("expected the end of the file");
    }
    return result;
  }

  /** Without the parser's advice to switch on one of its own options. */
  private static String reason(JsonProcessingException e) {
    return e.getOriginalMessage().replaceFirst(": enable `.*", "");
  }

  /** Empty where the parser does not say the place (nested too deep, a number too long). */
  private static String place(JsonLocation place) {
    return place == null ? "" : " at line " + place.getLineNr() + ", column " + place.getColumnNr();
  }

  /** A problem at the current place. */
  DatasetException error(String problem) {
    var place = parser.currentTokenLocation();
    return new DatasetException(
        problem + " (line " + place.getLineNr() + ", column " + place.getColumnNr() + ")");
  }

  private DatasetException wrongType(String expected, String field) throws IOException {
    JsonToken token = parser.currentToken();
    String got;
    if (token == null) {
      got = "the end of the file";
    } else if (token.isScalarValue()) {
      String text = parser.getText();
      got = text.length() > 40 ? text.substring(0, 40) + "..." : text;
      got = token == JsonToken.VALUE_STRING ? "the string \"" + got + "\"" : got;
    } else {
      got =
          token.isStructStart()
              ? (token == JsonToken.START_ARRAY ? "a list" : "an object")
              : "" + token;
    }
    return error(field + ": expected " + expected + ", got " + got);
  }

  void startObject(String what) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw wrongType("an object", what);
    }
  }

  void startArray(String what) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw wrongType("a list", what);
    }
  }

  /**
   * The next key of the current object with the parser on its value, or null at the object's end.
   */
  String nextKey() throws IOException {
    if (parser.nextToken() == JsonToken.END_OBJECT) {
      return null;
    }
    String key = parser.currentName();
    parser.nextToken();
    return key;
  }

  /** Refuses a second list of this name, of which other readers keep only the last. */
  void once(String section) {
    if (!sections.add(section)) {
      throw error("\"" + section + "\" occurs twice");
    }
  }

  /**
   * Refuses a key that its object has twice, of which other readers keep only the last.
   *
   * @param seen the keys so far, one bit each
   * @param keys those that matter
   * @return {@code seen} with this key
   */
  int once(int seen, List<String> keys, String key) {
    int bit = 1 << (keys.indexOf(key) + 1); // bit 0: any other key
    if (bit > 1 && (seen & bit) != 0) {
      throw error("\"" + key + "\" occurs twice in one object");
    }
    return seen | bit;
  }

  /** Moves to the next element of the current list; false at its end. */
  boolean nextElement() throws IOException {
    return parser.nextToken() != JsonToken.END_ARRAY;
  }

  void skip() throws IOException {
    parser.skipChildren();
  }

  /** A colour [R, G, B] of bytes as 0xRRGGBB; whatever else tools write as one is no colour. */
  OptionalInt rgb() throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      skip();
      return OptionalInt.empty();
    }
    int rgb = 0;
    int channels = 0;
    boolean bytes = true;
    while (nextElement()) {
      bytes &= parser.currentToken() == JsonToken.VALUE_NUMBER_INT && channels < 3;
      int value = bytes ? parser.getValueAsInt(-1) : -1;
      bytes &= value >= 0 && value <= 255;
      rgb = rgb << 8 | value & 0xFF;
      channels++;
      skip();
    }
    return bytes && channels == 3 ? OptionalInt.of(rgb) : OptionalInt.empty();
  }

  boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  double number(String field) throws IOException {
    JsonToken token = parser.currentToken();
    if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
      throw wrongType("a number", field);
    }
    double value = parser.getDoubleValue();
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw wrongType("a finite number", field);
    }
    return value;
  }

  /** A whole number; 5.0 counts as one. */
  long integer(String field) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      return parser.getLongValue();
    }
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
      double value = parser.getDoubleValue();
      if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
        return (long) value;
      }
    }
    throw wrongType("a whole number", field);
  }

  int integer(String field, int least, int most) throws IOException {
    long value = integer(field);
    if (value < least || value > most) {
      throw error(field + ": expected " + least + " to " + most + ", got " + value);
    }
    return (int) value;
  }

  /** 0, 1, false or true. */
  boolean flag(String field) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE, VALUE_NULL -> false;
      default -> integer(field, 0, 1) == 1;
    };
  }

  String text(String field) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrongType("a string", field);
    }
    return parser.getText();
  }

  /** A text as the bytes of UTF-8: of hundreds of characters and ASCII alone, most often. */
  byte[] bytes(String field) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrongType("a string", field);
    }
    char[] text = parser.getTextCharacters();
    int from = parser.getTextOffset();
    byte[] bytes = new byte[parser.getTextLength()];
    int all = 0;
    for (int i = 0; i < bytes.length; i++) {
      char c = text[from + i];
      all |= c;
      bytes[i] = (byte) c;
    }
    return all < 128 ? bytes : parser.getText().getBytes(StandardCharsets.UTF_8);
  }

  String textOrEmpty(String field) throws IOException {
    return isNull() ? "" : text(field);
  }

  /** A number or a string; equal ids are one object. */
  ImageId imageId(String field) throws IOException {
    ImageId id =
        parser.currentToken() == JsonToken.VALUE_STRING
            ? ImageId.of(parser.getText())
            : ImageId.of(integer(field));
    ImageId known = imageIds.putIfAbsent(id, id);
    return known == null ? id : known;
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
