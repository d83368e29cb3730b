package org.maskwright.trainer.config;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.settings.Registry;

/**
 * Settings records to HOCON that binds to equal records: the inverse of {@link ConfigFile#bind}.
 */
public final class SettingsWriter {
  private SettingsWriter() {}

  /** The record as HOCON text. */
  public static String render(Record settings) {
    return ConfigValueFactory.fromMap(section(settings))
        .render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
  }

  /** Each value of the record as HOCON, by its full key and in their order. */
  public static Map<String, String> flat(Record settings) {
    Map<String, String> out = new LinkedHashMap<>();
    ConfigFile.entries(ConfigValueFactory.fromMap(section(settings)))
        .forEach(entry -> out.put(entry.path(), entry.value()));
    return out;
  }

  /**
   * As {@link #flat}, with the values of the sections in a list one by one: {@code
   * data.sources.0.batch-size}.
   */
  public static Map<String, String> flatWithLists(Record settings) {
    Map<String, String> out = new LinkedHashMap<>();
    ConfigFile.entries(ConfigValueFactory.fromMap(numbered(section(settings))))
        .forEach(entry -> out.put(entry.path(), entry.value()));
    return out;
  }

  /** With sections by their numbers in place of lists of sections. */
  private static Map<String, Object> numbered(Map<?, ?> section) {
    Map<String, Object> out = new LinkedHashMap<>();
    section.forEach((key, value) -> out.put(key.toString(), numbered(value)));
    return out;
  }

  private static Object numbered(Object value) {
    if (value instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance)) {
      Map<Integer, Object> sections = new LinkedHashMap<>();
      list.forEach(each -> sections.put(sections.size(), each));
      return numbered(sections);
    }
    return value instanceof Map<?, ?> map ? numbered(map) : value;
  }

  private static Map<String, Object> section(Record settings) {
    Map<String, Object> out = new LinkedHashMap<>();
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      Object value = read(settings, component);
      if (!(value instanceof Optional<?> optional && optional.isEmpty())) {
        out.put(Keys.of(component), plain(component.getType(), value));
      }
    }
    return out;
  }

  private static Object read(Record settings, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true); // settings records may be package-private
      return component.getAccessor().invoke(settings);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("settings: " + component, e);
    }
  }

  private static Object plain(Class<?> declared, Object value) {
    if (value instanceof Optional<?> optional) {
      return plain(Object.class, optional.orElseThrow());
    }
    if (value instanceof Record record) {
      Map<String, Object> section = section(record);
      if (!Choices.isOne(declared)) {
        return section;
      }
      String type = Choices.nameOf(declared, record);
      Map<String, Object> choice = new LinkedHashMap<>();
      choice.put(Registry.TYPE, type);
      choice.put(type, section);
      return choice;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(v -> plain(Object.class, v)).toList();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> out = new LinkedHashMap<>();
      map.forEach((k, v) -> out.put(k.toString(), plain(Object.class, v)));
      return out;
    }
    if (value instanceof Enum<?> constant) {
      return Keys.of(constant);
    }
    return value instanceof Path path ? path.toString() : value;
  }
}
