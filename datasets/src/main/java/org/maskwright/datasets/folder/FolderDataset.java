package org.maskwright.datasets.folder;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.folder.LabelledDataset.Pixels;
import org.maskwright.datasets.image.LabelImage;

/**
 * A folder of photographs and a folder of label images: the way to one's own data. A label image
 * holds class indices (semantic) or object ids (instance, 0 = background).
 *
 * <p>Photographs and labels are paired by name or by a list file. Reads CamVid (list {@code
 * train.txt}, 11 classes, 11 ignored) and Penn-Fudan ({@code PNGImages}, {@code PedMasks}, suffix
 * {@code _mask}) as they are.
 */
public final class FolderDataset {
  /** A class index this large in a label image is more likely the id of an object. */
  private static final int MAX_CLASSES = 10_000;

  private FolderDataset() {}

  /**
   * Where things are.
   *
   * @param images the folder of photographs; with a split below it, that is used
   * @param masks the folder of label images, likewise
   * @param list a file of IMAGE LABEL lines, or of IMAGE lines whose labels are in masks; "" to
   *     pair by name
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
   * <p>Masks of colours are read where a file beside the folders names them ({@link ColourMap}).
   *
   * @param classes the names of the labels 0, 1, ...; empty: those of the colours, or the labels
   *     found are the classes
   * @param ignore labels that are void
   * @param problems is given images that are left out because their files do not fit
   * @throws DatasetException if no image or no class remains
   */
  public static LabelledDataset semantic(
      DataFolder root,
      Layout layout,
      List<String> classes,
      List<Integer> ignore,
      Consumer<DatasetException> problems) {
    Pairs pairs = pairs(root, layout, problems);
    Set<Integer> voids = new TreeSet<>(ignore);
    Optional<ColourMap> colours = ColourMap.in(root.root());
    if (colours.isPresent() && !classes.isEmpty()) {
      colours = Optional.of(colours.get().inOrderOf(classes));
    }
    List<String> names = colours.map(ColourMap::names).orElse(classes);
    Categories categories =
        names.isEmpty()
            ? found(allParts(root, layout, pairs), voids, problems)
            : coloured(named(names, voids), colours);
    if (categories.size() == 0) {
      throw DatasetException.ofFile(
          pairs.labels.root(),
          pairs.items.list().isEmpty()
              ? "no photograph has a label image"
              : "no class is left: every label is void (data.train.ignore %s)".formatted(voids));
    }
    return new LabelledDataset(
        "folder-semantic " + root.root().getFileName() + suffix(layout),
        Set.of(Task.SEMANTIC),
        categories,
        pairs.photos,
        pairs.labels,
        pairs.items.list(),
        colours.<Pixels>map(map -> map::read).orElse(Pixels.INDICES),
        LabelReadings.classes(categories, voids),
        pairs.items.notes());
  }

  /**
   * Label images of object ids, all of one class.
   *
   * @param classes one name at most; empty: "object"
   * @param problems as of {@link #semantic}
   */
  public static LabelledDataset instance(
      DataFolder root, Layout layout, List<String> classes, Consumer<DatasetException> problems) {
    if (classes.size() > 1) {
      throw new DatasetException(
          "data.train.classes: object ids say nothing about classes, expected one name, got "
              + classes
              + "; use COCO's layout for several classes");
    }
    Pairs pairs = pairs(root, layout, problems);
    return new LabelledDataset(
        "folder-instance " + root.root().getFileName() + suffix(layout),
        Set.of(Task.INSTANCE),
        Categories.things(classes.isEmpty() ? "object" : classes.get(0)),
        pairs.photos,
        pairs.labels,
        pairs.items.list(),
        Pixels.IDS,
        LabelReadings.instances(id -> 0),
        pairs.items.notes());
  }

  private record Pairs(DataFolder photos, DataFolder labels, Items items) {}

  private static Pairs pairs(DataFolder root, Layout layout, Consumer<DatasetException> problems) {
    if (!layout.list.isEmpty()) {
      return new Pairs(root, root, new Items(ImageList.read(root, layout, problems), List.of()));
    }
    DataFolder photos = root.in(layout.images, layout.split);
    DataFolder labels = root.in(layout.masks, layout.split);
    if (!layout.split.isEmpty() && !isThere(photos)) {
      throw DatasetException.ofFile(
          photos.root(),
          "no such folder; data.train.split = %s needs it, or data.train.hold-out%s"
              .formatted(layout.split, existingParts(root.in(layout.images))));
    }
    labels = isThere(labels) ? labels : root.in(layout.masks);
    return new Pairs(photos, labels, Items.byName(photos, labels, layout.maskSuffix, problems));
  }

  private static String existingParts(DataFolder photos) {
    return isThere(photos) && !photos.folders().isEmpty()
        ? "; there are the parts " + photos.folders()
        : "";
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
        .map(
            part ->
                part.equals(layout.split)
                    ? asked
                    : pairs(root, layout.of(part), problemOfAnotherPart -> {}))
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

  /** With the colours of the file that names them. */
  private static Categories coloured(Categories categories, Optional<ColourMap> colours) {
    return colours
        .map(
            map ->
                Categories.of(
                    categories.asList().stream()
                        .map(
                            c ->
                                new Category(
                                    c.id(),
                                    c.name(),
                                    c.thing(),
                                    OptionalInt.of(map.colourOf().get(c.name()))))
                        .toList()))
        .orElse(categories);
  }

  private static Categories found(
      List<Pairs> parts, Set<Integer> voids, Consumer<DatasetException> problems) {
    Set<Integer> ids = new TreeSet<>();
    for (Pairs part : parts) {
      for (LabelledDataset.Item item : part.items.list()) {
        try {
          ids.addAll(labels(part.labels.existing(item.labels().get(0))));
        } catch (DatasetException e) {
          problems.accept(e.forImage(item.id()));
        }
      }
    }
    ids.removeAll(voids);
    return Categories.of(ids.stream().map(id -> Category.of(id, "class " + id, false)).toList());
  }

  private static List<Integer> labels(Path file) {
    List<Integer> found = new ArrayList<>();
    for (int id : LabelReadings.distinct(LabelImage.readIndices(file))) {
      if (id >= MAX_CLASSES) {
        throw DatasetException.ofFile(
            file, "label %d is no class index; are these the ids of objects?".formatted(id));
      }
      found.add(id);
    }
    return found;
  }

  private static String suffix(Layout layout) {
    return layout.split.isEmpty() ? "" : " " + layout.split;
  }
}
