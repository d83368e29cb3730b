package org.maskwright.datasets.catalog;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.Items;

/** Looks at a folder and says what data set it holds. */
public final class LayoutDetector {
  static final List<String> PHOTO_FOLDERS =
      List.of("images", "PNGImages", "JPEGImages", "imgs", "img", "photos", "data");
  private static final List<String> LABEL_FOLDERS =
      List.of("masks", "labels", "annotations", "PedMasks", "mask", "label");
  private static final List<String> NAME_FILES =
      List.of("classes.txt", "class_names.txt", "labels.txt");

  /** A line of a list: photograph and label image. */
  private static final Pattern PAIR = Pattern.compile("\\s*\\S+\\.\\w+\\s+\\S+\\.(?i:png)\\s*");

  private final DatasetSettings asked;
  private final Path root;

  private LayoutDetector(DatasetSettings asked) {
    this.asked = asked;
    this.root = asked.root();
  }

  /**
   * A layout that was recognised.
   *
   * @param settings the settings that open it
   * @param because what gave it away, for the user
   * @param parts what {@code split} may ask for, in data of one's own; empty where the layout's
   *     documentation says it
   */
  public record Found(DatasetSettings settings, String because, List<String> parts) {
    public Found {
      parts = List.copyOf(parts);
    }
  }

  /**
   * Finds the layout of {@code settings.root()}; what the settings say already is kept.
   *
   * @throws DatasetException if no layout is recognised, or has no such part
   */
  public static Found detect(DatasetSettings settings) {
    LayoutDetector detector = new LayoutDetector(settings);
    return Stream.<Supplier<Optional<Found>>>of(
            new CocoLayouts(settings)::find,
            detector::ade20k,
            detector::cityscapes,
            detector::voc,
            detector::lists,
            detector::folders)
        .flatMap(layout -> layout.get().stream()) // a later one may throw where an earlier fits
        .findFirst()
        .orElseThrow(
            () ->
                DatasetException.ofFile(
                    settings.root(),
                    "no known layout: expected COCO (annotations/*.json, or train/_annotations.coco.json), ADE20K (images/training),"
                        + " Cityscapes (leftImg8bit), VOC (JPEGImages), lists (train.txt), or"
                        + " folders "
                        + PHOTO_FOLDERS
                        + " and "
                        + LABEL_FOLDERS));
  }

  private Optional<Found> ade20k() {
    if (!isDirectory("images/training") || !isDirectory("annotations/training")) {
      return Optional.empty();
    }
    String type = isDirectory("annotations_instance") ? "ade20k-panoptic" : "ade20k-semantic";
    return found(
        divided(type, folders(root.resolve("images"))),
        "images/training and annotations/training (ADE20K)");
  }

  private Optional<Found> cityscapes() {
    return isDirectory("leftImg8bit") && isDirectory("gtFine")
        ? found(
            divided("cityscapes-panoptic", folders(root.resolve("leftImg8bit"))),
            "leftImg8bit and gtFine (Cityscapes)")
        : Optional.empty();
  }

  private Optional<Found> voc() {
    if (!isDirectory("JPEGImages") || !isDirectory("SegmentationClass")) {
      return Optional.empty();
    }
    String type = isDirectory("SegmentationObject") ? "voc-instance" : "voc-semantic";
    List<String> lists = withoutEndings(names(root.resolve("ImageSets/Segmentation"), ".txt"));
    return found(divided(type, lists), "JPEGImages and SegmentationClass (VOC)");
  }

  /** A layout that has parts of its own: of them the one asked for. */
  private DatasetSettings divided(String type, List<String> parts) {
    return Parts.choose(asked.withHoldOut(0), parts).of(asked).withType(type);
  }

  private Optional<Found> lists() {
    if (!asked.list().isEmpty()) {
      return isPairList(root.resolve(asked.list())) ? listed(asked, List.of()) : Optional.empty();
    }
    List<String> lists =
        names(root, ".txt").stream().filter(list -> isPairList(root.resolve(list))).toList();
    if (lists.isEmpty()) {
      return Optional.empty();
    }
    List<String> parts = withoutEndings(lists);
    Parts.Choice choice = Parts.choose(asked, parts);
    return listed(choice.of(asked).withList(choice.name() + ".txt"), parts);
  }

  private Optional<Found> listed(DatasetSettings settings, List<String> parts) {
    return Optional.of(
        new Found(
            named(settings.withType("folder-semantic")),
            settings.list() + " of image and label",
            parts));
  }

  private static List<String> withoutEndings(List<String> lists) {
    return lists.stream().map(list -> list.substring(0, list.lastIndexOf('.'))).toList();
  }

  private static boolean isPairList(Path list) {
    return Files.isRegularFile(list)
        && Items.lines(list).stream()
            .filter(line -> !line.isBlank())
            .findFirst()
            .filter(line -> PAIR.matcher(line).matches())
            .isPresent();
  }

  private Optional<Found> folders() {
    for (String photos : withAsked(asked.images(), PHOTO_FOLDERS)) {
      for (String labels : withAsked(asked.annotations(), LABEL_FOLDERS)) {
        if (!photos.equals(labels) && isDirectory(photos) && isDirectory(labels)) {
          return Optional.of(paired(photos, labels));
        }
      }
    }
    return Optional.empty();
  }

  private Found paired(String photos, String labels) {
    List<String> parts =
        folders(root.resolve(photos)).stream()
            .filter(part -> isDirectory(labels + "/" + part))
            .toList();
    Parts.Choice choice = Parts.choose(asked, parts.isEmpty() ? List.of("") : parts);
    String below = choice.heldOut() && !choice.name().isEmpty() ? "/" + choice.name() : "";
    boolean objects = labels.equals("PedMasks");
    DatasetSettings settings =
        named(
            choice
                .of(asked)
                .withType(objects ? "folder-instance" : "folder-semantic")
                .withPlaces(photos + below, labels + below));
    return new Found(
        objects ? settings.withMaskSuffix(or(settings.maskSuffix(), "_mask")) : settings,
        photos + " and " + labels + (objects ? " (Penn-Fudan)" : ""),
        parts);
  }

  static List<String> withAsked(String name, List<String> usual) {
    return name.isEmpty() ? usual : List.of(name);
  }

  private DatasetSettings named(DatasetSettings settings) {
    if (!settings.classes().isEmpty()) {
      return settings;
    }
    return NAME_FILES.stream()
        .map(root::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .map(
            file ->
                settings.withClasses(
                    Items.lines(file).stream()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList(),
                    settings.ignore()))
        .orElse(settings);
  }

  private static Optional<Found> found(DatasetSettings settings, String because) {
    return Optional.of(new Found(settings, because, List.of()));
  }

  private boolean isDirectory(String name) {
    return Files.isDirectory(root.resolve(name));
  }

  /** The files of a folder with an ending, sorted; none if there is no folder. */
  static List<String> names(Path folder, String ending) {
    return list(folder, p -> p.getFileName().toString().endsWith(ending));
  }

  /** The folders in a folder, sorted; none if there is no folder. */
  static List<String> folders(Path folder) {
    return list(folder, Files::isDirectory);
  }

  private static List<String> list(Path folder, Predicate<Path> kept) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(kept).map(p -> p.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw DatasetException.ofFile(folder, "cannot list the folder", e);
    }
  }
}
