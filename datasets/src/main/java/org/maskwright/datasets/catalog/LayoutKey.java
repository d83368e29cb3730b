package org.maskwright.datasets.catalog;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.maskwright.settings.Names;

/**
 * A setting that some layouts read and others do not. One that is not read would do nothing,
 * unnoticed.
 */
@SuppressWarnings("ImmutableEnumChecker") // its functions hold nothing
public enum LayoutKey {
  IMAGES(s -> !s.images().isEmpty(), s -> s.withPlaces("", s.annotations())),
  ANNOTATIONS(s -> !s.annotations().isEmpty(), s -> s.withPlaces(s.images(), "")),
  LIST(s -> !s.list().isEmpty(), s -> s.withList("")),
  CLASSES(s -> !s.classes().isEmpty(), s -> s.withClasses(List.of(), s.ignore())),
  IGNORE(s -> !s.ignore().isEmpty(), s -> s.withClasses(s.classes(), List.of())),
  MASK_SUFFIX(s -> !s.maskSuffix().isEmpty(), s -> s.withMaskSuffix("")),
  HOLD_OUT(s -> s.holdOut() != 0, s -> s.withHoldOut(0));

  private final Predicate<DatasetSettings> set;
  private final UnaryOperator<DatasetSettings> without;

  LayoutKey(Predicate<DatasetSettings> set, UnaryOperator<DatasetSettings> without) {
    this.set = set;
    this.without = without;
  }

  /** As a configuration says it. */
  String key() {
    return Names.normalised(name().toLowerCase(Locale.ROOT));
  }

  /** The keys that are set and not read. */
  static List<LayoutKey> unread(DatasetSettings settings, Set<LayoutKey> read) {
    return Arrays.stream(values())
        .filter(key -> key.set.test(settings) && !read.contains(key))
        .toList();
  }

  /** The settings without {@link #unread}, for a layout that was found and not asked for. */
  static DatasetSettings onlyRead(DatasetSettings settings, Set<LayoutKey> read) {
    DatasetSettings left = settings;
    for (LayoutKey key : unread(settings, read)) {
      left = key.without.apply(left);
    }
    return left;
  }
}
