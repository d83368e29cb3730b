package org.maskwright.trainer.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.maskwright.settings.Doc;
import org.maskwright.settings.Registry;

/**
 * The reference of all configuration keys as Markdown, made from the settings records, what {@link
 * Doc} says of each key, and the defaults. docs/configuration.md holds its output, and a test
 * compares the two.
 */
public final class ConfigReference {
  private static final String INTRODUCTION =
      """
      # Configuration keys

      Made by `./maskwright config reference` from the settings records; do not edit it by hand.

      Files are HOCON. An experiment includes a base file and states what differs:

          include required("../base.conf")
          data.root = /data/coco
          data.root = ${?COCO_ROOT}      # from the environment, if set

      `--set key=value` wins over files, files over these defaults. `./maskwright config show FILE` prints
      the resolved values and where each was written; `./maskwright config check FILE` finds all mistakes.
      Where a section has a `type`, it chooses one of the sections beside it; the others are not used.
      """;

  private final Map<String, String> defaults;
  private final StringBuilder text = new StringBuilder(INTRODUCTION);

  private ConfigReference(ConfigFile defaults) {
    this.defaults =
        defaults.entries().stream()
            .collect(Collectors.toMap(ConfigFile.Entry::path, ConfigFile.Entry::value));
  }

  /**
   * The reference of {@code root}'s keys.
   *
   * @throws IllegalArgumentException if a component of a settings record has no {@link Doc}
   */
  public static String markdown(Class<? extends Record> root, ConfigFile defaults) {
    var reference = new ConfigReference(defaults);
    reference.section(root, "");
    return reference.text.toString();
  }

  private void section(Class<?> type, String path) {
    var nested = new LinkedHashMap<String, Class<?>>();
    var rows = new ArrayList<String>();
    if (Choices.isOne(type)) {
      Map<String, Class<?>> variants = Choices.of(type);
      variants.forEach((name, variant) -> nested.put(Keys.join(path, name), variant));
      String typePath = Keys.join(path, Registry.TYPE);
      String choices = "one of " + String.join(", ", variants.keySet());
      rows.add(row(Registry.TYPE, choices, shownDefault(typePath, false), "which section is used"));
    } else {
      for (RecordComponent component : type.getRecordComponents()) {
        row(component, path, nested).ifPresent(rows::add);
      }
    }
    write(type, path, rows);
    nested.forEach((nestedPath, nestedType) -> section(nestedType, nestedPath));
  }

  private void write(Class<?> type, String path, List<String> rows) {
    Doc doc = type.getAnnotation(Doc.class);
    if (rows.isEmpty() && doc == null) {
      return; // a section of sections
    }
    if (!path.isEmpty()) {
      text.append("\n## `").append(path).append("`\n");
    }
    if (doc != null) {
      text.append('\n').append(doc.value()).append('\n');
    }
    if (!rows.isEmpty()) {
      text.append("\n| key | value | default | meaning |\n|---|---|---|---|\n");
      rows.forEach(text::append);
    }
  }

  /** The row of a component; nothing for a plain section, which speaks for itself. */
  private Optional<String> row(
      RecordComponent component, String path, Map<String, Class<?>> nested) {
    String key = Keys.of(component);
    String full = Keys.join(path, key);
    Type type = component.getGenericType();
    Optional<Class<?>> section = sectionOf(type);
    section.ifPresent(s -> nested.put(full + suffix(type), s));
    if (section.isPresent() && type instanceof Class<?>) {
      return Optional.empty();
    }
    String meaning =
        DocTexts.of(component)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        component.getDeclaringRecord().getName()
                            + "."
                            + component.getName()
                            + ": expected @Doc on every component of a settings record, or a line in "
                            + DocTexts.RESOURCE));
    boolean optional = rawIs(type, Optional.class);
    return Optional.of(row(key, valueOf(type), shownDefault(full, optional), meaning));
  }

  private static String row(String key, String value, String shownDefault, String meaning) {
    return "| `" + key + "` | " + value + " | " + shownDefault + " | " + cell(meaning) + " |\n";
  }

  private String shownDefault(String path, boolean optional) {
    String value = defaults.get(path);
    if (value == null) {
      // The default of a map is the section's entries.
      String entries =
          defaults.entrySet().stream()
              .filter(entry -> entry.getKey().startsWith(path + "."))
              .map(entry -> entry.getKey().substring(path.length() + 1) + "=" + entry.getValue())
              .sorted()
              .collect(Collectors.joining(", "));
      if (!entries.isEmpty()) {
        return "`{" + cell(entries) + "}`";
      }
    }
    if (value == null || value.equals("null")) {
      return optional ? "none" : "**required**";
    }
    return "`" + cell(value) + "`";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private static String valueOf(Type type) {
    if (type instanceof Class<?> plain) {
      return plain.isRecord() || Choices.isOne(plain) ? "section" : Scalars.expected(plain);
    }
    String element = valueOf(elementOf(type));
    if (rawIs(type, List.class)) {
      return "list, each " + element;
    }
    return rawIs(type, Map.class) ? "section of names, each " + element : element;
  }

  private static Optional<Class<?>> sectionOf(Type type) {
    if (type instanceof Class<?> plain) {
      return plain.isRecord() || Choices.isOne(plain) ? Optional.of(plain) : Optional.empty();
    }
    return sectionOf(elementOf(type));
  }

  private static String suffix(Type type) {
    if (rawIs(type, List.class)) {
      return "[]";
    }
    return rawIs(type, Map.class) ? ".<name>" : "";
  }

  private static Type elementOf(Type type) {
    Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
    return arguments[arguments.length - 1];
  }

  private static boolean rawIs(Type type, Class<?> raw) {
    return type instanceof ParameterizedType generic && generic.getRawType() == raw;
  }
}
