package org.maskwright.trainer.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Values that are not made of others: numbers, text, enums, paths. */
final class Scalars {
  /** A scalar type: what it is called in an error, and how it is read. */
  private record Kind(String expected, Function<ConfigValue, Object> read) {}

  private static final Kind WHOLE_INT =
      new Kind("a whole number", value -> decimal(value).intValueExact());
  private static final Kind WHOLE_LONG =
      new Kind("a whole number", value -> decimal(value).longValueExact());
  private static final Kind FLOAT = new Kind("a number", value -> decimal(value).floatValue());
  private static final Kind DOUBLE = new Kind("a number", value -> decimal(value).doubleValue());
  private static final Kind BOOLEAN =
      new Kind("true or false", value -> holder(value).getBoolean("value"));

  private static final Map<Class<?>, Kind> KINDS =
      Map.ofEntries(
          Map.entry(int.class, WHOLE_INT),
          Map.entry(Integer.class, WHOLE_INT),
          Map.entry(long.class, WHOLE_LONG),
          Map.entry(Long.class, WHOLE_LONG),
          Map.entry(float.class, FLOAT),
          Map.entry(Float.class, FLOAT),
          Map.entry(double.class, DOUBLE),
          Map.entry(Double.class, DOUBLE),
          Map.entry(boolean.class, BOOLEAN),
          Map.entry(Boolean.class, BOOLEAN),
          Map.entry(String.class, new Kind("text", Scalars::text)),
          Map.entry(Path.class, new Kind("a path", value -> Path.of(text(value)))));

  private Scalars() {}

  /** What a value of the type looks like, for errors and for the reference. */
  static String expected(Class<?> type) {
    return type.isEnum() ? "one of " + String.join(", ", keys(type)) : kind(type).expected();
  }

  /** The value, or nothing if it is of another type. */
  static Optional<Object> read(Class<?> type, ConfigValue value) {
    if (value.valueType() == ConfigValueType.OBJECT || value.valueType() == ConfigValueType.LIST) {
      return Optional.empty();
    }
    if (type.isEnum()) {
      String wanted = text(value);
      return Arrays.stream(type.getEnumConstants())
          .map(Object.class::cast)
          .filter(constant -> Keys.of((Enum<?>) constant).equals(wanted))
          .findFirst();
    }
    try {
      return Optional.of(kind(type).read().apply(value));
    } catch (ArithmeticException // a fraction or an overflow where a whole number is expected
        | NumberFormatException
        | InvalidPathException
        | com.typesafe.config.ConfigException e) {
      return Optional.empty();
    }
  }

  static List<String> keys(Class<?> enumType) {
    return Arrays.stream(enumType.getEnumConstants())
        .map(constant -> Keys.of((Enum<?>) constant))
        .collect(Collectors.toList());
  }

  private static Kind kind(Class<?> type) {
    Kind kind = KINDS.get(type);
    if (kind == null) {
      throw new IllegalArgumentException("settings records cannot hold a " + type.getName());
    }
    return kind;
  }

  /** HOCON reads numbers from text too, which is how environment variables arrive. */
  private static BigDecimal decimal(ConfigValue value) {
    if (value.valueType() == ConfigValueType.BOOLEAN) {
      throw new NumberFormatException();
    }
    return new BigDecimal(text(value).trim());
  }

  private static String text(ConfigValue value) {
    return holder(value).getString("value");
  }

  private static Config holder(ConfigValue value) {
    return value.atKey("value");
  }
}
