package org.maskwright.datasets.folder;

import java.nio.file.Files;
import java.nio.file.Path;
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
   * @param split {@code images/SPLIT} and {@code masks/SPLIT}; "" for the folders themselves
   */
  public record Layout(String images, String masks, String list, String maskSuffix, String split) {
    private Layout of(String part) {
      return new Layout(images, masks, list, maskSuffix, part);
    }
  }

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
    Categories categories =
        classes.isEmpty() ? found(allParts(root, layout, pairs), voids) : named(classes, voids);
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
      return new Pairs(root, root, Items.byList(root, layout.list));
    }
    DataFolder photos = root.in(layout.images, layout.split);
    DataFolder labels = root.in(layout.masks, layout.split);
    if (!layout.split.isEmpty() && !isThere(photos)) {
      throw DatasetException.ofFile(
          photos.root(),
          "no such folder; data.split = %s needs it, or data.hold-out".formatted(layout.split));
    }
    labels = isThere(labels) ? labels : root.in(layout.masks);
    return new Pairs(photos, labels, Items.byName(photos, labels, layout.maskSuffix));
  }

  private static boolean isThere(DataFolder folder) {
    return Files.isDirectory(folder.root());
  }

  /** The part asked for, and those beside it, which show other classes perhaps. */
  private static List<Pairs> allParts(DataFolder root, Layout layout, Pairs asked) {
    if (layout.split.isEmpty() || !layout.list.isEmpty()) {
      return List.of(asked);
    }
    return root.in(layout.images).folders().stream()
        .filter(part -> isThere(root.in(layout.masks, part)))
        .map(part -> part.equals(layout.split) ? asked : pairs(root, layout.of(part)))
        .toList();
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

  private static Categories found(List<Pairs> parts, Set<Integer> voids) {
    Set<Integer> ids = new TreeSet<>();
    for (Pairs part : parts) {
      for (LabelledDataset.Item item : part.items) {
        ids.addAll(labels(part.labels.existing(item.labels().get(0))));
      }
    }
    ids.removeAll(voids);
    return Categories.of(ids.stream().map(id -> Category.of(id, "class " + id, false)).toList());
  }

  private static List<Integer> labels(Path file) {
    List<Integer> found = new ArrayList<>();
    for (int id : LabelReadings.distinct(LabelPng.read(file))) {
      if (id >= MAX_CLASSES) {
        throw DatasetException.ofFile(
            file, "label %d is no class index; are these instance ids or colours?".formatted(id));
      }
      found.add(id);
    }
    return found;
  }

  private static String suffix(Layout layout) {
    return layout.split.isEmpty() ? "" : " " + layout.split;
  }
}
