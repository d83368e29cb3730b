package org.maskwright.trainer.config;

import com.typesafe.config.ConfigUtil;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.maskwright.settings.Names;

/** Spelling of keys: of records and enums, and paths. */
final class Keys {
  private Keys() {}

  /** {@code MULTI_STEP} as {@code multi-step}. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The keys of a record's components. */
  static List<String> of(Class<?> recordType) {
    return Arrays.stream(recordType.getRecordComponents()).map(Keys::of).toList();
  }

  static String of(RecordComponent component) {
    return Names.hyphenated(component.getName());
  }

  static String join(String path, String key) {
    String quoted = ConfigUtil.joinPath(key);
    return path.isEmpty() ? quoted : path + "." + quoted;
  }

  /** Full paths below a settings type whose last key is {@code key}. */
  static List<String> pathsEndingWith(String key, Class<?> root) {
    var found = new ArrayList<String>();
    collect(root, "", Names.normalised(key), found);
    return found;
  }

  private static void collect(Class<?> type, String path, String wanted, List<String> found) {
    if (Choices.isOne(type)) {
      Choices.of(type)
          .forEach((name, variant) -> collect(variant, join(path, name), wanted, found));
    } else if (type.isRecord()) {
      for (RecordComponent component : type.getRecordComponents()) {
        String key = of(component);
        if (Names.normalised(key).equals(wanted)) {
          found.add(join(path, key));
        }
        collect(component.getType(), join(path, key), wanted, found);
      }
    }
  }
}
