package org.maskwright.datasets.folder;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.LabelPng;

/**
 * A folder of photographs and a folder of label images: the way to one's own data. A label image
 * holds class indices (semantic) or object ids (instance, 0 = background).
 *
 * <p>Photographs and labels are paired by name or by a list file. Reads CamVid (list {@code
 * train.txt}, 11 classes, 11 ignored) and Penn-Fudan ({@code PNGImages}, {@code PedMasks}, suffix
 * {@code _mask}) as they are.
 */
public final class FolderDataset {
  /** A class index this large in a label image is more likely an instance id or a colour. */
  private static final int MAX_CLASSES = 10_000;

  private FolderDataset() {}

  /**
   * Where things are.
   *
   * @param images the folder of photographs; with a split below it, that is used
   * @param masks the folder of label images, likewise
   * @param list a file of IMAGE LABEL lines, or "" to pair by name
   * @param maskSuffix what the label image's name has after the photograph's
   * @param split {@code images/SPLIT} if there is such a folder; with a hold-out train, or val or
   *     test, which are the same images
   * @param holdOut how many images, the last in the order of names, are the split test
   */
  public record Layout(
      String images, String masks, String list, String maskSuffix, String split, int holdOut) {}

  /**
   * Label images of class indices.
   *
   * @param classes the names of the labels 0, 1, ...; empty: the labels found are the classes
   * @param ignore labels that are void
   */
  public static LabelledDataset semantic(
      DataFolder root, Layout layout, List<String> classes, List<Integer> ignore) {
    Pairs pairs = pairs(root, layout);
    Set<Integer> voids = new HashSet<>(ignore);
    Categories categories = classes.isEmpty() ? found(pairs, voids) : named(classes, voids);
    return new LabelledDataset(
        "folder-semantic " + root.root().getFileName() + suffix(layout),
        Set.of(Task.SEMANTIC),
        categories,
        pairs.photos,
        pairs.labels,
        pairs.items,
        LabelReadings.classes(categories, voids));
  }

  /**
   * Label images of object ids, all of one class.
   *
   * @param classes one name at most; empty: "object"
   */
  public static LabelledDataset instance(DataFolder root, Layout layout, List<String> classes) {
    if (classes.size() > 1) {
      throw new DatasetException(
          "data.classes: object ids say nothing about classes, expected one name, got "
              + classes
              + "; use COCO's layout for several classes");
    }
    Pairs pairs = pairs(root, layout);
    return new LabelledDataset(
        "folder-instance " + root.root().getFileName() + suffix(layout),
        Set.of(Task.INSTANCE),
        Categories.things(classes.isEmpty() ? "object" : classes.get(0)),
        pairs.photos,
        pairs.labels,
        pairs.items,
        LabelReadings.instances(id -> 0));
  }

  private record Pairs(DataFolder photos, DataFolder labels, List<LabelledDataset.Item> items) {}

  private static Pairs pairs(DataFolder root, Layout layout) {
    if (!layout.list.isEmpty()) {
      return new Pairs(root, root, split(Items.byList(root, layout.list), layout));
    }
    if (layout.holdOut == 0
        && !layout.split.isEmpty()
        && !hasSplit(root.in(layout.images), layout)) {
      throw DatasetException.ofFile(
          root.in(layout.images, layout.split).root(),
          "no such folder; data.split = %s needs it, or data.hold-out".formatted(layout.split));
    }
    DataFolder photos = withSplit(root.in(layout.images), layout);
    DataFolder labels = withSplit(root.in(layout.masks), layout);
    return new Pairs(
        photos, labels, split(Items.byName(photos, labels, layout.maskSuffix), layout));
  }

  private static DataFolder withSplit(DataFolder folder, Layout layout) {
    return hasSplit(folder, layout) ? folder.in(layout.split) : folder;
  }

  private static boolean hasSplit(DataFolder folder, Layout layout) {
    return layout.holdOut == 0
        && !layout.split.isEmpty()
        && Files.isDirectory(folder.in(layout.split).root());
  }

  private static List<LabelledDataset.Item> split(List<LabelledDataset.Item> items, Layout layout) {
    if (layout.holdOut == 0) {
      return items;
    }
    if (layout.holdOut >= items.size()) {
      throw new DatasetException(
          "data.hold-out: expected fewer than the %d images, got %d"
              .formatted(items.size(), layout.holdOut));
    }
    int border = items.size() - layout.holdOut;
    return switch (layout.split) {
      case "", "train" -> items.subList(0, border);
      case "test", "val" -> items.subList(border, items.size());
      default ->
          throw new DatasetException(
              "data.split: with a hold-out expected train, val or test, got " + layout.split);
    };
  }

  private static Categories named(List<String> classes, Set<Integer> voids) {
    List<Category> categories = new ArrayList<>();
    for (int id = 0; id < classes.size(); id++) {
      if (!voids.contains(id)) {
        categories.add(Category.of(id, classes.get(id), false));
      }
    }
    return Categories.of(categories);
  }

  private static Categories found(Pairs pairs, Set<Integer> voids) {
    Set<Integer> ids = new TreeSet<>();
    for (LabelledDataset.Item item : pairs.items) {
      for (int id :
          LabelReadings.distinct(LabelPng.read(pairs.labels.existing(item.labels().get(0))))) {
        if (id >= MAX_CLASSES) {
          throw DatasetException.ofFile(
              pairs.labels.resolve(item.labels().get(0)),
              "label %d is no class index; are these instance ids or colours?".formatted(id));
        }
        ids.add(id);
      }
    }
    ids.removeAll(voids);
    return Categories.of(ids.stream().map(id -> Category.of(id, "class " + id, false)).toList());
  }

  private static String suffix(Layout layout) {
    return layout.split.isEmpty() ? "" : " " + layout.split;
  }
}
