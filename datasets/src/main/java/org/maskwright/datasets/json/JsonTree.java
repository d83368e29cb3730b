package org.maskwright.datasets.json;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.DatasetException;

/**
 * A value of a JSON file, for files that are small or whose form is only known when they are looked
 * at. Differs from {@link CocoJson}, which never holds a whole file. A list of numbers takes eight
 * bytes each.
 *
 * <p><b>Errors</b> Every method throws a {@link DatasetException} that names the place, such as
 * {@code shapes[3].points}, and what was expected; the caller adds the file.
 *
 * <p><b>Threads</b> Immutable, as long as nobody writes to {@link #numbers()}.
 */
public final class JsonTree {
  /** Deeper than any tool writes; Jackson itself stops at 1000. */
  private static final int MAX_DEPTH = 200;

  private static final int SHOWN = 40;

  private final String place;
  private final Object value; // Map, List, double[] (not empty), String, Double, Boolean or null

  private JsonTree(String place, Object value) {
    this.place = place;
    this.value = value;
  }

  /**
   * Reads a file.
   *
   * @param skipped keys whose values are not kept, such as that of a picture in the file
   * @throws DatasetException with the file, if it is missing, no JSON, or nested deeper than 200
   */
  public static JsonTree read(Path file, Set<String> skipped) {
    return new JsonTree("", JsonFile.read(file, json -> value(json, skipped, 0)));
  }

  /**
   * Reads a text.
   *
   * @throws DatasetException if it is no JSON, or nested deeper than 200
   */
  public static JsonTree of(byte[] text) {
    return new JsonTree("", JsonFile.read(text, json -> value(json, Set.of(), 0)));
  }

  private static Object value(JsonFile json, Set<String> skipped, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw json.error("nested deeper than " + MAX_DEPTH);
    }
    JsonToken token = json.parser.currentToken();
    if (token == null) {
      throw json.error("the file is empty");
    }
    return switch (token) {
      case START_OBJECT -> object(json, skipped, depth);
      case START_ARRAY -> list(json, skipped, depth);
      case VALUE_STRING -> json.parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.number("number");
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  private static Object object(JsonFile json, Set<String> skipped, int depth) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    for (String key = json.nextKey(); key != null; key = json.nextKey()) {
      if (skipped.contains(key)) {
        json.skip();
      } else if (object.containsKey(key)) {
        throw json.error("\"" + key + "\" occurs twice in one object");
      } else {
        object.put(key, value(json, skipped, depth + 1));
      }
    }
    return object;
  }

  private static Object list(JsonFile json, Set<String> skipped, int depth) throws IOException {
    double[] numbers = new double[4];
    int count = 0;
    while (json.nextElement()) {
      if (!json.parser.currentToken().isNumeric()) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          list.add(numbers[i]);
        }
        do {
          list.add(value(json, skipped, depth + 1));
        } while (json.nextElement());
        return list;
      }
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * count);
      }
      numbers[count++] = json.number("number");
    }
    return count == 0 ? List.of() : Arrays.copyOf(numbers, count);
  }

  /** A problem at this place. */
  public DatasetException error(String problem) {
    return new DatasetException((place.isEmpty() ? "" : place + ": ") + problem);
  }

  private DatasetException expected(String what) {
    String got = value instanceof double[] ? "a list of numbers" : String.valueOf(value);
    return error(
        "expected %s, got %s"
            .formatted(what, got.length() > SHOWN ? got.substring(0, SHOWN) + "..." : got));
  }

  public boolean isObject() {
    return value instanceof Map;
  }

  public boolean isList() {
    return value instanceof List || value instanceof double[];
  }

  public boolean isText() {
    return value instanceof String;
  }

  public boolean isNumber() {
    return value instanceof Double;
  }

  /** Whether this is true. */
  public boolean isTrue() {
    return Boolean.TRUE.equals(value);
  }

  /** The value of a key; empty if this is no object, or has no such key, or null there. */
  public Optional<JsonTree> find(String key) {
    return value instanceof Map<?, ?> map && map.get(key) != null
        ? Optional.of(new JsonTree(place.isEmpty() ? key : place + "." + key, map.get(key)))
        : Optional.empty();
  }

  /** The value of a key that has to be there. */
  public JsonTree get(String key) {
    if (!isObject()) {
      throw expected("an object with \"" + key + "\"");
    }
    return find(key).orElseThrow(() -> error("expected \"" + key + "\", found none"));
  }

  /** The keys of an object, in their order. */
  public List<String> keys() {
    if (!(value instanceof Map<?, ?> map)) {
      throw expected("an object");
    }
    return map.keySet().stream().map(String.class::cast).toList();
  }

  /** The elements of a list. */
  public List<JsonTree> elements() {
    List<JsonTree> elements = new ArrayList<>();
    if (value instanceof double[] numbers) {
      for (int i = 0; i < numbers.length; i++) {
        elements.add(new JsonTree(place + "[" + i + "]", numbers[i]));
      }
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        elements.add(new JsonTree(place + "[" + i + "]", list.get(i)));
      }
    } else {
      throw expected("a list");
    }
    return elements;
  }

  public String text() {
    if (!(value instanceof String text)) {
      throw expected("a string");
    }
    return text;
  }

  public double number() {
    if (!(value instanceof Double number)) {
      throw expected("a number");
    }
    return number;
  }

  /** A whole number. */
  public int integer() {
    double number = number();
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw expected("a whole number");
    }
    return (int) number;
  }

  /** A list of numbers; not a copy. */
  public double[] numbers() {
    if (value instanceof double[] numbers) {
      return numbers;
    }
    if (value instanceof List<?> list && list.isEmpty()) {
      return new double[0];
    }
    throw expected("a list of numbers");
  }

  /** A list of points [[x, y], ...] as x0, y0, x1, y1, ... */
  public double[] points() {
    List<JsonTree> elements = elements();
    double[] points = new double[2 * elements.size()];
    for (int i = 0; i < elements.size(); i++) {
      double[] point = elements.get(i).numbers();
      if (point.length != 2) {
        throw elements.get(i).expected("a point of two numbers");
      }
      points[2 * i] = point[0];
      points[2 * i + 1] = point[1];
    }
    return points;
  }
}
