package org.maskwright.settings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * All variants of a kind, or other things with names: Maskwright's own in the order in which its
 * {@code META-INF/services} file lists them, then those of others by name.
 *
 * <p><b>Threads</b> any; immutable.
 *
 * @param <V> the kind
 */
public final class Registry<V extends Named> {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final String OURS = "org.maskwright.";

  /** The key beside the variants' sections; no variant can have that name. */
  public static final String TYPE = "type";

  private static final Map<Class<?>, Registry<?>> LOADED = new ConcurrentHashMap<>();

  private final Class<V> kind;
  private final Map<String, V> byName = new LinkedHashMap<>();
  private final Map<Class<?>, V> bySettings = new HashMap<>();

  /**
   * In that order.
   *
   * @throws ExtensionException naming both classes if two variants have one name or one settings
   *     record; naming the class if the name is misspelt or the settings are no record
   */
  Registry(Class<V> kind, List<V> variants) {
    this.kind = kind;
    for (V variant : variants) {
      check(variant);
      V first = byName.putIfAbsent(variant.name(), variant);
      requireAlone(variant, first, "the name " + variant.name());
      if (variant instanceof Variant configured) {
        V same = bySettings.putIfAbsent(settings(configured), variant);
        requireAlone(variant, same, "the settings " + configured.settings().getName());
      }
    }
  }

  /**
   * The variants of a kind, loaded at the first call.
   *
   * @throws ExtensionException if one cannot be loaded or registered; see the constructor
   */
  @SuppressWarnings("unchecked") // the map holds each kind's own registry
  public static <V extends Named> Registry<V> of(Class<V> kind) {
    return (Registry<V>) LOADED.computeIfAbsent(kind, k -> new Registry<>(kind, load(kind)));
  }

  private static <V extends Named> List<V> load(Class<V> kind) {
    List<V> ours = new ArrayList<>();
    List<V> others = new ArrayList<>();
    try {
      for (V variant : ServiceLoader.load(kind, kind.getClassLoader())) {
        (isOurs(variant.getClass()) ? ours : others).add(variant);
      }
    } catch (ServiceConfigurationError e) { // its message names the class and the file
      throw new ExtensionException(
          e.getMessage() + (e.getCause() == null ? "" : ": " + e.getCause()), e);
    }
    others.sort(Comparator.comparing(v -> String.valueOf(v.name()))); // null is refused later
    ours.addAll(others);
    return ours;
  }

  /** Whether a class is Maskwright's own. */
  public static boolean isOurs(Class<?> type) {
    return type.getName().startsWith(OURS);
  }

  private void check(V variant) {
    String name = variant.name();
    if (name == null || !NAME.matcher(name).matches() || name.equals(TYPE)) {
      throw new ExtensionException(
          "%s %s: name: expected lower-case words joined by hyphens, other than %s, got %s"
              .formatted(kind.getSimpleName(), variant.getClass().getName(), TYPE, name));
    }
  }

  private Class<?> settings(Variant variant) {
    if (variant.settings() == null || !variant.settings().isRecord()) {
      throw new ExtensionException(
          "%s %s: settings: expected the class of a record, got %s"
              .formatted(kind.getSimpleName(), variant.getClass().getName(), variant.settings()));
    }
    return variant.settings();
  }

  private void requireAlone(V variant, V first, String what) {
    if (first != null) {
      throw new ExtensionException(
          "%s: %s and %s both have %s; rename one, or take one from the class path"
              .formatted(
                  kind.getSimpleName(),
                  first.getClass().getName(),
                  variant.getClass().getName(),
                  what));
    }
  }

  /** All, in order. */
  public List<V> variants() {
    return List.copyOf(byName.values());
  }

  /** Their names, in order. */
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /**
   * The variant of a name.
   *
   * @throws IllegalArgumentException if there is none, with the nearest name and all of them
   */
  public V get(String name) {
    V variant = byName.get(name);
    if (variant == null) {
      throw new IllegalArgumentException(
          "expected one of %s, got %s%s"
              .formatted(String.join(", ", names()), name, Names.meant(name, names())));
    }
    return variant;
  }

  /**
   * The variant whose settings these are.
   *
   * @throws ExtensionException if no variant has settings of that class
   */
  public V of(Object settings) {
    V variant = bySettings.get(settings.getClass());
    if (variant == null) {
      throw new ExtensionException(
          "%s: no variant has the settings %s; name its class in META-INF/services/%s"
              .formatted(kind.getSimpleName(), settings.getClass().getName(), kind.getName()));
    }
    return variant;
  }

  /**
   * Makes what the settings of a variant describe.
   *
   * @param work calls the settings' builder
   * @throws ExtensionException as {@link #ask}
   */
  public <T> T make(Object settings, Supplier<T> work) {
    return ask(of(settings), work);
  }

  /**
   * Asks a variant, or its settings, for something.
   *
   * @throws ExtensionException naming the variant and its class if it is not Maskwright's own and
   *     throws, or if it gives null
   */
  public <T> T ask(V variant, Supplier<T> work) {
    Class<?> type = variant.getClass();
    String what = kind.getSimpleName() + " " + variant.name();
    T answer = ExtensionException.naming(what, type, work);
    if (answer == null) {
      throw new ExtensionException(
          "%s (%s) gave nothing where it must answer".formatted(what, type.getName()));
    }
    return answer;
  }
}
