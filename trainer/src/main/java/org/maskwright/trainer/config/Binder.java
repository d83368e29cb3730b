package org.maskwright.trainer.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.settings.ExtensionException;
import org.maskwright.settings.Names;
import org.maskwright.settings.Registry;
import org.maskwright.trainer.config.ConfigException.Problem;

/** Reads a resolved HOCON tree into records, and collects every problem on the way. */
final class Binder {
  /** In place of a value that had a problem. */
  private static final Object FAILED = new Object();

  private static final ConfigObject NOTHING = ConfigValueFactory.fromMap(Map.of());
  private static final int SHOWN_VALUE_LENGTH = 60;

  private final Class<?> root;
  private final String file;
  private final List<Problem> problems = new ArrayList<>();

  /**
   * @param file what problems without a line of their own, such as a missing key, are reported for
   */
  Binder(Class<?> root, String file) {
    this.root = root;
    this.file = file;
  }

  /**
   * @throws ConfigException with every problem found
   */
  Object bind(ConfigObject values) {
    Object result = bindSection(root, values, "");
    if (!problems.isEmpty()) {
      throw new ConfigException(once(problems));
    }
    return result;
  }

  /** A mistake in a section that others are copies of is one mistake, of the shallowest path. */
  private static List<Problem> once(List<Problem> problems) {
    Map<List<String>, Problem> out = new LinkedHashMap<>();
    for (Problem problem : problems) {
      String key = problem.path().substring(problem.path().lastIndexOf('.') + 1);
      out.merge(
          List.of(problem.origin(), problem.message(), key),
          problem,
          (a, b) -> keys(b) < keys(a) ? b : a);
    }
    return List.copyOf(out.values());
  }

  private static long keys(Problem problem) {
    return problem.path().chars().filter(c -> c == '.').count();
  }

  private Object bindValue(Type type, ConfigValue value, String path) {
    if (type instanceof ParameterizedType generic) {
      Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      if (generic.getRawType() == Optional.class) {
        return absent(value) ? Optional.empty() : wrapped(bindValue(last, value, path));
      }
      if (generic.getRawType() == List.class) {
        return bindList(last, value, path);
      }
      if (generic.getRawType() == Map.class) {
        return bindMap(last, value, path);
      }
      throw new IllegalArgumentException(path + ": settings records cannot hold a " + type);
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isRecord() || Choices.isOne(plain)) {
      if (!absent(value) && value.valueType() != ConfigValueType.OBJECT) {
        return wrongType("a section { ... }", value, path);
      }
      // An absent section is read as an empty one, so that each of its missing keys is named.
      ConfigObject values = absent(value) ? NOTHING : (ConfigObject) value;
      return plain.isRecord() ? bindSection(plain, values, path) : bindChoice(plain, values, path);
    }
    if (absent(value)) {
      return missing(Scalars.expected(plain), path);
    }
    return Scalars.read(plain, value).orElseGet(() -> wrongScalar(plain, value, path));
  }

  private Object bindSection(Class<?> type, ConfigObject values, String path) {
    RecordComponent[] components = type.getRecordComponents();
    var arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String key = Keys.of(components[i]);
      ConfigValue value = withElementsLike(components[i], values);
      arguments[i] = bindValue(components[i].getGenericType(), value, Keys.join(path, key));
    }
    checkKeys(values, known(type), path);
    return Arrays.asList(arguments).contains(FAILED)
        ? FAILED
        : construct(type, components, arguments, values, path);
  }

  /** What may be written in a section: its keys, and the sections that elements of its lists are like. */
  private static List<String> known(Class<?> type) {
    List<String> known = new ArrayList<>(Keys.of(type));
    for (RecordComponent component : type.getRecordComponents()) {
      Optional.ofNullable(component.getAnnotation(ElementsLike.class))
          .ifPresent(like -> known.add(like.value()));
    }
    return known;
  }

  /** The value of a component; elements of a list fall back to what {@link ElementsLike} names. */
  private static ConfigValue withElementsLike(RecordComponent component, ConfigObject values) {
    ConfigValue value = values.get(Keys.of(component));
    ElementsLike like = component.getAnnotation(ElementsLike.class);
    if (like == null || !(value instanceof ConfigList list)) {
      return value;
    }
    ConfigValue common = values.get(like.value());
    List<ConfigValue> elements = list.isEmpty() ? List.of(NOTHING) : list;
    return ConfigValueFactory.fromIterable(
        elements.stream()
            .map(e -> e instanceof ConfigObject ? e.withFallback(common) : e)
            .toList());
  }

  /** {type = poly, poly {...}, cosine {...}}: every variant keeps its own section and defaults. */
  private Object bindChoice(Class<?> type, ConfigObject values, String path) {
    Map<String, Class<?>> variants = Choices.of(type);
    var known = new ArrayList<String>(variants.keySet());
    known.add(Registry.TYPE);
    checkKeys(values, known, path);
    String expected = "one of " + String.join(", ", variants.keySet());
    String typePath = Keys.join(path, Registry.TYPE);
    ConfigValue chosen = values.get(Registry.TYPE);
    if (absent(chosen)) {
      return missing(expected, typePath);
    }
    String name = String.valueOf(chosen.unwrapped());
    if (!variants.containsKey(name)) {
      return add(
          Origins.of(chosen.origin()),
          typePath,
          "expected " + expected + ", got " + shown(chosen) + Names.meant(name, variants.keySet()));
    }
    variants.forEach(
        (key, variant) -> {
          if (!key.equals(name)) {
            checkUnusedVariant(variant, values.get(key), Keys.join(path, key));
          }
        });
    return bindValue(variants.get(name), values.get(name), Keys.join(path, name));
  }

  /** A variant that is not chosen may be incomplete, but what is written in it must be known. */
  private void checkUnusedVariant(Class<?> variant, ConfigValue value, String path) {
    if (value instanceof ConfigObject values) {
      checkKeys(values, known(variant), path);
    } else if (!absent(value)) {
      wrongType("a section { ... }", value, path);
    }
  }

  private Object bindList(Type element, ConfigValue value, String path) {
    if (absent(value)) {
      return missing("a list", path);
    }
    if (!(value instanceof ConfigList list)) {
      return wrongType("a list [ ... ]", value, path);
    }
    var result = new ArrayList<Object>();
    for (int i = 0; i < list.size(); i++) {
      result.add(bindValue(element, list.get(i), path + "[" + i + "]"));
    }
    return result.contains(FAILED) ? FAILED : List.copyOf(result);
  }

  private Object bindMap(Type element, ConfigValue value, String path) {
    if (absent(value)) {
      return missing("a section { ... }", path);
    }
    if (!(value instanceof ConfigObject values)) {
      return wrongType("a section { ... }", value, path);
    }
    var result = new LinkedHashMap<String, Object>();
    // HOCON keeps no order of keys; sorted, a map reads the same on every run.
    values.keySet().stream()
        .sorted()
        .filter(key -> !absent(values.get(key))) // name = null removes an entry of a base file
        .forEach(key -> result.put(key, bindValue(element, values.get(key), Keys.join(path, key))));
    return result.containsValue(FAILED) ? FAILED : Collections.unmodifiableMap(result);
  }

  private Object construct(
      Class<?> type,
      RecordComponent[] components,
      Object[] arguments,
      ConfigObject values,
      String path) {
    try {
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true); // settings records may be package-private
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException cause) {
        return outOfRange(String.valueOf(cause.getMessage()), components, values, path);
      }
      if (e.getCause() instanceof ExtensionException extension) {
        throw extension;
      }
      if (!Registry.isOurs(type)) {
        throw new ExtensionException(
            path + ": the settings " + type.getName() + " threw " + e.getCause(), e.getCause());
      }
      throw new IllegalStateException("cannot construct " + type.getName(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot construct " + type.getName(), e);
    }
  }

  /** A constructor's message that starts with a component's name is reported at that key's line. */
  private Object outOfRange(
      String message, RecordComponent[] components, ConfigObject values, String path) {
    for (RecordComponent component : components) {
      String key = Keys.of(component);
      for (String name : List.of(component.getName(), key)) {
        if (message.startsWith(name + ":") || message.startsWith(name + " ")) {
          String rest = message.substring(name.length()).replaceFirst("^:? *", "");
          ConfigValue value = values.get(key);
          String origin = value == null ? file : Origins.of(value.origin());
          return add(origin, Keys.join(path, key), rest);
        }
      }
    }
    String origin = Origins.of(values.origin());
    return add(origin.isEmpty() ? file : origin, path, message);
  }

  private void checkKeys(ConfigObject values, List<String> known, String path) {
    values.keySet().stream()
        .filter(key -> !known.contains(key))
        .sorted()
        .forEach(
            key -> {
              String message = "unknown key" + suggestion(key, known);
              add(Origins.of(values.get(key).origin()), Keys.join(path, key), message);
            });
  }

  private String suggestion(String wrong, List<String> known) {
    Optional<String> nearest = Names.nearest(wrong, known);
    if (nearest.isPresent()) {
      return "; did you mean " + nearest.get() + "?";
    }
    List<String> elsewhere = Keys.pathsEndingWith(wrong, root);
    return elsewhere.isEmpty()
        ? "; known here: " + String.join(", ", known)
        : "; did you mean " + String.join(" or ", elsewhere) + "?";
  }

  private Object wrongScalar(Class<?> type, ConfigValue value, String path) {
    String hint =
        type.isEnum() ? Names.meant(String.valueOf(value.unwrapped()), Scalars.keys(type)) : "";
    return add(
        Origins.of(value.origin()),
        path,
        "expected " + Scalars.expected(type) + ", got " + shown(value) + hint);
  }

  private Object wrongType(String expected, ConfigValue value, String path) {
    String origin = Origins.of(value.origin());
    return add(
        origin.isEmpty() ? file : origin, path, "expected " + expected + ", got " + shown(value));
  }

  private Object missing(String expected, String path) {
    String message = "missing; expected " + expected;
    return add(file, path, message + "; set it there or with --set " + path + "=...");
  }

  private Object add(String origin, String path, String message) {
    problems.add(new Problem(origin, path, message));
    return FAILED;
  }

  private static Object wrapped(Object value) {
    return value == FAILED ? FAILED : Optional.of(value);
  }

  private static boolean absent(ConfigValue value) {
    return value == null || value.valueType() == ConfigValueType.NULL;
  }

  private static String shown(ConfigValue value) {
    String text = value.render(ConfigRenderOptions.concise());
    return text.length() <= SHOWN_VALUE_LENGTH
        ? text
        : text.substring(0, SHOWN_VALUE_LENGTH) + "...";
  }
}
