package org.maskwright.datasets.catalog;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.Items;

/** Looks at a folder and says what data set it holds. */
public final class LayoutDetector {
  private static final List<String> PHOTO_FOLDERS =
      List.of("images", "PNGImages", "JPEGImages", "imgs", "img");
  private static final List<String> LABEL_FOLDERS =
      List.of("masks", "labels", "annotations", "PedMasks", "mask", "label");
  private static final List<String> NAME_FILES =
      List.of("classes.txt", "class_names.txt", "labels.txt");

  /** Roboflow's export has its annotations among the photographs. */
  private static final String BESIDE_PHOTOS = "_annotations.coco.json";

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
   */
  public record Found(DatasetSettings settings, String because) {}

  /**
   * Finds the layout of {@code settings.root()}; what the settings say already is kept.
   *
   * @throws DatasetException if no layout is recognised, or several annotation files could be meant
   */
  public static Found detect(DatasetSettings settings) {
    LayoutDetector detector = new LayoutDetector(settings);
    return Stream.<Optional<Found>>of(
            detector.coco(),
            detector.exported(),
            detector.ade20k(),
            detector.cityscapes(),
            detector.voc(),
            detector.lists(),
            detector.folders())
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow(
            () ->
                DatasetException.ofFile(
                    settings.root(),
                    "no known layout: expected COCO (annotations/*.json), ADE20K (images/training),"
                        + " Cityscapes (leftImg8bit), VOC (JPEGImages), lists (train.txt), or"
                        + " folders "
                        + PHOTO_FOLDERS
                        + " and "
                        + LABEL_FOLDERS));
  }

  private Optional<Found> coco() {
    List<String> files =
        names(root.resolve("annotations"), ".json").stream()
            .filter(f -> asked.annotations().isEmpty() || asked.annotations().equals(inFolder(f)))
            .toList();
    for (String kind : List.of("panoptic", "instances")) {
      String prefix = kind + "_" + asked.split();
      Optional<String> file =
          files.stream()
              .filter(f -> f.startsWith(prefix))
              .filter(f -> isDirectory(split(f, kind)) || isDirectory("images/" + split(f, kind)))
              .findFirst();
      if (file.isPresent()) {
        String type = kind.equals("panoptic") ? "coco-panoptic" : "coco-instance";
        return found(withSplit(type, split(file.get(), kind)), inFolder(file.get()) + " (COCO)");
      }
    }
    return Optional.empty();
  }

  /** COCO as labelling tools export it: one file, and the photographs in one folder. */
  private Optional<Found> exported() {
    Optional<String> file = exportedFile();
    if (file.isEmpty()) {
      return Optional.empty();
    }
    List<String> usual = new ArrayList<>(PHOTO_FOLDERS);
    if (!asked.split().isEmpty()) {
      usual.addAll(0, List.of(asked.split(), "images/" + asked.split()));
    }
    if (file.get().equals(BESIDE_PHOTOS)) {
      usual.add(".");
    }
    return withAsked(asked.images(), usual).stream()
        .filter(this::isDirectory)
        .findFirst()
        .flatMap(
            photos ->
                found(
                    asked.withType("coco-instance").withPlaces(photos, file.get()),
                    file.get() + " and " + photos + " (COCO export)"));
  }

  /**
   * The annotation file that was asked for, or the only one, or the one of the split.
   *
   * @throws DatasetException if there are others, but none of the split, or several could be meant
   */
  private Optional<String> exportedFile() {
    if (!asked.annotations().isEmpty()) {
      return Optional.of(asked.annotations())
          .filter(f -> f.endsWith(".json") && Files.isRegularFile(root.resolve(f)));
    }
    List<String> files = new ArrayList<>();
    names(root.resolve("annotations"), ".json").stream()
        .filter(f -> f.startsWith("instances"))
        .forEach(f -> files.add(inFolder(f)));
    Stream.of("annotations.json", "instances.json", BESIDE_PHOTOS)
        .filter(f -> Files.isRegularFile(root.resolve(f)))
        .forEach(files::add);
    boolean oneFileForAll = asked.split().isEmpty() || asked.holdOut() > 0;
    List<String> left = oneFileForAll ? files : ofSplit(files);
    if (left.size() > 1 || left.isEmpty() && !files.isEmpty()) {
      throw DatasetException.ofFile(
          root,
          "expected one annotation file%s, got %s; set data.annotations"
              .formatted(oneFileForAll ? "" : " of the split " + asked.split(), files));
    }
    return left.stream().findFirst();
  }

  /** {@code instances_SPLIT.json}, else what starts so, else what names no split at all. */
  private List<String> ofSplit(List<String> files) {
    String prefix = inFolder("instances_" + asked.split());
    if (files.contains(prefix + ".json")) {
      return List.of(prefix + ".json");
    }
    List<String> starting = files.stream().filter(f -> f.startsWith(prefix)).toList();
    return starting.isEmpty()
        ? files.stream()
            .filter(f -> !f.startsWith(inFolder("instances_")) || f.endsWith("_default.json"))
            .toList()
        : starting;
  }

  private static String inFolder(String annotations) {
    return "annotations/" + annotations;
  }

  private static String split(String file, String kind) {
    return file.substring(kind.length() + 1, file.length() - ".json".length());
  }

  private Optional<Found> ade20k() {
    if (!isDirectory("images/training") || !isDirectory("annotations/training")) {
      return Optional.empty();
    }
    String type = isDirectory("annotations_instance") ? "ade20k-panoptic" : "ade20k-semantic";
    return found(asked.withType(type), "images/training and annotations/training (ADE20K)");
  }

  private Optional<Found> cityscapes() {
    return isDirectory("leftImg8bit") && isDirectory("gtFine")
        ? found(asked.withType("cityscapes-panoptic"), "leftImg8bit and gtFine (Cityscapes)")
        : Optional.empty();
  }

  private Optional<Found> voc() {
    if (!isDirectory("JPEGImages") || !isDirectory("SegmentationClass")) {
      return Optional.empty();
    }
    String type = isDirectory("SegmentationObject") ? "voc-instance" : "voc-semantic";
    return found(asked.withType(type), "JPEGImages and SegmentationClass (VOC)");
  }

  private Optional<Found> lists() {
    String list = or(asked.list(), or(asked.split(), "train") + ".txt");
    return Files.isRegularFile(root.resolve(list)) && isPairList(root.resolve(list))
        ? found(
            named(asked.withType("folder-semantic").withList(list)), list + " of image and label")
        : Optional.empty();
  }

  private static boolean isPairList(Path list) {
    return Items.lines(list).stream()
        .filter(line -> !line.isBlank())
        .findFirst()
        .filter(line -> line.strip().split("\\s+", -1).length == 2)
        .isPresent();
  }

  private Optional<Found> folders() {
    for (String photos : withAsked(asked.images(), PHOTO_FOLDERS)) {
      for (String labels : withAsked(asked.annotations(), LABEL_FOLDERS)) {
        if (!photos.equals(labels) && isDirectory(photos) && isDirectory(labels)) {
          boolean objects = labels.equals("PedMasks");
          DatasetSettings settings =
              named(
                  asked
                      .withType(objects ? "folder-instance" : "folder-semantic")
                      .withPlaces(photos, labels));
          return found(
              objects ? settings.withMaskSuffix(or(settings.maskSuffix(), "_mask")) : settings,
              photos + " and " + labels + (objects ? " (Penn-Fudan)" : ""));
        }
      }
    }
    return Optional.empty();
  }

  private static List<String> withAsked(String name, List<String> usual) {
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

  private DatasetSettings withSplit(String type, String split) {
    return new DatasetSettings(
        type,
        root,
        split,
        asked.images(),
        asked.annotations(),
        asked.list(),
        asked.classes(),
        asked.ignore(),
        asked.maskSuffix(),
        asked.holdOut(),
        asked.links());
  }

  private static Optional<Found> found(DatasetSettings settings, String because) {
    return Optional.of(new Found(settings, because));
  }

  private boolean isDirectory(String name) {
    return Files.isDirectory(root.resolve(name));
  }

  private static List<String> names(Path folder, String ending) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(p -> p.getFileName().toString())
          .filter(name -> name.endsWith(ending))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw DatasetException.ofFile(folder, "cannot list the folder", e);
    }
  }
}
