package org.maskwright.trainer.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What stands behind the question mark of a URL; each name once. */
public final class Query {
  private final Map<String, String> values;

  private Query(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Reads one.
   *
   * @param raw as it was sent; null for none
   * @throws HttpException if it is not well encoded, or a name comes twice
   */
  static Query of(String raw) {
    Map<String, String> values = new LinkedHashMap<>();
    if (raw != null && !raw.isEmpty()) {
      for (String pair : raw.split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = PercentText.decodeQuery(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : PercentText.decodeQuery(pair.substring(equals + 1));
        if (values.put(name, value) != null) {
          throw HttpException.badRequest("query: expected " + name + " once, got it twice");
        }
      }
    }
    return new Query(values);
  }

  /** The value of a name. */
  public Optional<String> find(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /**
   * The value of a name.
   *
   * @throws HttpException 400 if it is missing
   */
  public String get(String name) {
    return find(name)
        .orElseThrow(() -> HttpException.badRequest("query: expected " + name + "=..., got none"));
  }

  /**
   * The value of a name as a number.
   *
   * @throws HttpException 400 if it is none, or outside the range
   */
  public Optional<Double> number(String name, double least, double most) {
    return find(name).map(text -> number(name, text, least, most));
  }

  private static double number(String name, String text, double least, double most) {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      value = Double.NaN;
    }
    if (!(value >= least && value <= most)) {
      throw HttpException.badRequest(
          "query: expected %s in [%s,%s], got '%s'".formatted(name, least, most, text));
    }
    return value;
  }

  /**
   * Checks that nothing is asked for that would be ignored.
   *
   * @throws HttpException 400 that lists the names that there are
   */
  public void requireOnly(List<String> names) {
    for (String name : values.keySet()) {
      if (!names.contains(name) && !name.equals(Guard.TOKEN)) {
        throw HttpException.badRequest(
            "query: expected %s, got '%s'".formatted(String.join(", ", names), name));
      }
    }
  }
}
