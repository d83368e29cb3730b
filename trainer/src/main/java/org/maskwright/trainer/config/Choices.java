package org.maskwright.trainer.config;

import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.settings.ExtensionException;
import org.maskwright.settings.Names;
import org.maskwright.settings.Registry;
import org.maskwright.settings.Variant;
import org.maskwright.settings.VariantsOf;

/**
 * What a section {@code {type = NAME, NAME {...}, ...}} chooses from: the variants of a kind, which
 * a registry knows, or those of a sealed interface, named as its records.
 */
final class Choices {
  private Choices() {}

  /** Whether a value of that type is one of several variants. */
  static boolean isOne(Class<?> type) {
    return type.isSealed() || type.isAnnotationPresent(VariantsOf.class);
  }

  /**
   * The variants' settings by name, in the order in which they are listed.
   *
   * @throws ExtensionException if a variant cannot be used; see {@link Registry#of}
   */
  static Map<String, Class<?>> of(Class<?> type) {
    Map<String, Class<?>> out = new LinkedHashMap<>();
    if (type.isSealed()) {
      for (Class<?> variant : type.getPermittedSubclasses()) {
        out.put(Names.hyphenated(variant.getSimpleName()), variant);
      }
      return out;
    }
    for (Variant variant : registry(type).variants()) {
      if (!type.isAssignableFrom(variant.settings())) {
        throw new ExtensionException(
            "%s: settings: expected a record that implements %s, got %s"
                .formatted(
                    variant.getClass().getName(), type.getName(), variant.settings().getName()));
      }
      out.put(variant.name(), variant.settings());
    }
    return out;
  }

  /** The name of the variant that a value is. */
  static String nameOf(Class<?> type, Record value) {
    return type.isSealed()
        ? Names.hyphenated(value.getClass().getSimpleName())
        : registry(type).of(value).name();
  }

  private static Registry<? extends Variant> registry(Class<?> type) {
    return Registry.of(type.getAnnotation(VariantsOf.class).value());
  }
}
