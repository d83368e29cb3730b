package org.maskwright.datasets.catalog;

import java.util.ArrayList;
import java.util.List;

/** Which settings a layout reads. One that it does not read would do nothing, unnoticed. */
final class LayoutKeys {
  private LayoutKeys() {}

  /** The keys that are set and not read, as in a configuration. */
  static List<String> unread(DatasetSettings settings) {
    String type = settings.type();
    boolean folder = type.startsWith("folder-");
    boolean coco = type.startsWith("coco-");
    boolean voc = type.startsWith("voc-");
    boolean places = folder || coco;
    List<String> unread = new ArrayList<>();
    unless(places || settings.images().isEmpty(), "images", unread);
    unless(
        places || type.equals("lvis") || settings.annotations().isEmpty(), "annotations", unread);
    unless(folder || settings.list().isEmpty(), "list", unread);
    unless(folder || voc || settings.classes().isEmpty(), "classes", unread);
    unless(type.equals("folder-semantic") || settings.ignore().isEmpty(), "ignore", unread);
    unless(folder || settings.maskSuffix().isEmpty(), "mask-suffix", unread);
    unless(places || voc || settings.holdOut() == 0, "hold-out", unread);
    return unread;
  }

  /**
   * The settings without those of {@link #unread}, for a layout that was found and not asked for.
   */
  static DatasetSettings onlyRead(DatasetSettings settings) {
    List<String> unread = unread(settings);
    boolean classes = !unread.contains("classes");
    boolean ignore = !unread.contains("ignore");
    DatasetSettings read =
        settings
            .withPlaces(
                unread.contains("images") ? "" : settings.images(),
                unread.contains("annotations") ? "" : settings.annotations())
            .withClasses(
                classes ? settings.classes() : List.of(), ignore ? settings.ignore() : List.of());
    read = unread.contains("list") ? read.withList("") : read;
    read = unread.contains("mask-suffix") ? read.withMaskSuffix("") : read;
    return unread.contains("hold-out") ? read.withHoldOut(0) : read;
  }

  private static void unless(boolean fine, String key, List<String> unread) {
    if (!fine) {
      unread.add(key);
    }
  }
}
