package org.maskwright.datasets.catalog;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.folder.ClassFile;
import org.maskwright.datasets.folder.TextFile;
import org.maskwright.datasets.voc.Voc;

/** Looks at a folder and says what data set it holds. */
public final class LayoutDetector {
  static final List<String> PHOTO_FOLDERS =
      List.of("images", "PNGImages", "JPEGImages", "imgs", "img", "photos", "data");
  private static final List<String> LABEL_FOLDERS =
      List.of("masks", "labels", "annotations", "PedMasks", "mask", "label");

  /** Texts that list a part, whatever stands in them. */
  private static final List<String> LIST_NAMES =
      List.of("train", "training", "trainval", "val", "valid", "validation", "test", "testing");

  private static final List<String> LIST_ENDINGS = List.of(".txt", ".csv", ".lst");

  /** What ADE20K holds beside its folders, whose names many copy. */
  private static final List<String> ADE20K_FILES =
      List.of(
          "objectInfo150.txt",
          "sceneCategories.txt",
          "categoryMapping.txt",
          "annotations_instance");

  /** A line of a list: photograph and label image. */
  private static final Pattern PAIR = Pattern.compile("\\s*\\S+\\.\\w+\\s+\\S+\\.(?i:png)\\s*");

  private final DatasetSettings asked;
  private final Path root;
  private final Optional<Task> task;

  private LayoutDetector(DatasetSettings asked, Optional<Task> task) {
    this.asked = asked;
    this.root = asked.root();
    this.task = task;
  }

  /**
   * A layout that was recognised.
   *
   * @param settings the settings that open it
   * @param because what gave it away, for the user
   * @param parts what {@code split} may ask for, in data of one's own; empty where the layout's
   *     documentation says it
   * @param notes what was assumed, or left aside, for the user
   */
  public record Found(
      DatasetSettings settings, String because, List<String> parts, List<String> notes) {
    public Found {
      parts = List.copyOf(parts);
      notes = List.copyOf(notes);
    }

    Found(DatasetSettings settings, String because, List<String> parts) {
      this(settings, because, parts, List.of());
    }

    private Found and(List<String> more) {
      return new Found(
          settings, because, parts, Stream.concat(notes.stream(), more.stream()).toList());
    }
  }

  /** As {@link #detect(DatasetSettings, Optional)}, for no task in particular. */
  public static Found detect(DatasetSettings settings) {
    return detect(settings, Optional.empty());
  }

  /**
   * Finds the layout of {@code settings.root()}; what the settings say already is kept. Class names
   * of the user's own, in the settings or in a class file, win over those of a published layout,
   * and so do their labels over its label rules.
   *
   * @param task what the data are for: of the annotations that there are, those that serve it
   * @throws DatasetException if no layout is recognised, or has no such part
   */
  public static Found detect(DatasetSettings settings, Optional<Task> task) {
    LayoutDetector detector = new LayoutDetector(settings, task);
    Found found =
        Stream.<Supplier<Optional<Found>>>of(
                new CocoLayouts(settings, task)::find,
                detector::otherTools,
                detector::ade20k,
                detector::cityscapes,
                detector::voc,
                detector::lists,
                detector::folders)
            .flatMap(layout -> layout.get().stream()) // a later one may throw where an earlier fits
            .findFirst()
            .orElseThrow(() -> DatasetException.ofFile(settings.root(), unknown(settings.root())));
    return new Found(
        LayoutKeys.onlyRead(found.settings()),
        found.because(),
        found.parts(),
        Stream.concat(found.notes().stream(), detector.notRead(found.settings()).stream())
            .toList());
  }

  private static String unknown(Path root) {
    return "no known layout: "
        + OtherTools.any(root).map(what -> "this looks like " + what + ". ").orElse("")
        + "Expected COCO (annotations/*.json, or train/_annotations.coco.json), ADE20K (images/training),"
        + " Cityscapes (leftImg8bit), VOC (JPEGImages), lists (train.txt), or"
        + " folders "
        + PHOTO_FOLDERS
        + " and "
        + LABEL_FOLDERS;
  }

  private Optional<Found> otherTools() {
    OtherTools.likeFolders(root)
        .ifPresent(
            what -> {
              throw DatasetException.ofFile(root, "this is " + what);
            });
    return Optional.empty();
  }

  /** Files of the user's that say something which the layout does not read, and guesses. */
  private List<String> notRead(DatasetSettings settings) {
    List<String> notes = new ArrayList<>();
    if (settings.list().isEmpty()) {
      List<String> lists =
          LIST_NAMES.stream()
              .flatMap(name -> LIST_ENDINGS.stream().map(ending -> name + ending))
              .filter(name -> Files.exists(root.resolve(name)))
              .toList();
      if (!lists.isEmpty()) {
        notes.add(
            "%s: not read, the layout is %s".formatted(String.join(", ", lists), settings.type()));
      }
    }
    // A void value is common to a user's configurations, and each layout knows its own.
    LayoutKeys.unread(settings).stream()
        .filter(key -> !key.equals("ignore") && !key.equals("hold-out"))
        .forEach(
            key ->
                notes.add("data.%s: not read, the layout is %s".formatted(key, settings.type())));
    if (!settings.type().startsWith("coco-")) {
      classFile().flatMap(ClassFile::notice).ifPresent(notes::add);
    } else if (ClassFile.isIn(root)) {
      notes.add(root + ": the class file is not read, COCO's JSON names the classes");
    }
    return notes;
  }

  /** Whether the user names the classes, and not the layout. */
  private boolean ownClasses() {
    return !asked.classes().isEmpty() || ClassFile.isIn(root);
  }

  private Optional<ClassFile> classFile() {
    return asked.classes().isEmpty() ? ClassFile.in(root) : Optional.empty();
  }

  /**
   * Without a file that only ADE20K has, and with classes of one's own, these are plain folders.
   */
  private Optional<Found> ade20k() {
    boolean published =
        !ownClasses() && ADE20K_FILES.stream().anyMatch(f -> Files.exists(root.resolve(f)));
    if (!published || !isDirectory("images/training") || !isDirectory("annotations/training")) {
      return Optional.empty();
    }
    Task richest = isDirectory("annotations_instance") ? Task.PANOPTIC : Task.SEMANTIC;
    return found(
        divided(
            "ade20k-" + task.filter(t -> richest == Task.PANOPTIC).orElse(richest).key(),
            folders(root.resolve("images"))),
        "images/training and annotations/training (ADE20K)");
  }

  private Optional<Found> cityscapes() {
    if (!isDirectory("leftImg8bit") || !isDirectory("gtFine")) {
      return Optional.empty();
    }
    if (ownClasses()) {
      throw DatasetException.ofFile(
          root,
          "leftImg8bit and gtFine are Cityscapes' folders, whose 19 classes are fixed, but classes of your own are named (classes.txt or data.classes); leave these out or set data.type = cityscapes-semantic to read it as Cityscapes, or use the folders images and masks");
    }
    return found(
        divided(
            "cityscapes-" + task.orElse(Task.PANOPTIC).key(), folders(root.resolve("leftImg8bit"))),
        "leftImg8bit and gtFine (Cityscapes)");
  }

  /** Without lists and for classes, these are plain folders; tools that copy VOC write none. */
  private Optional<Found> voc() {
    if (!isDirectory("JPEGImages") || !isDirectory("SegmentationClass")) {
      return Optional.empty();
    }
    boolean objects =
        isDirectory("SegmentationObject") && task.map(t -> t != Task.SEMANTIC).orElse(true);
    List<String> lists = withoutEndings(names(root.resolve("ImageSets/Segmentation"), ".txt"));
    if (!ownClasses() && Files.exists(root.resolve("labelmap.txt"))) {
      throw DatasetException.ofFile(
          root.resolve("labelmap.txt"),
          "CVAT's export of coloured masks, which is not read; export it as COCO, or, if the PNGs hold class numbers, name the classes in class_names.txt");
    }
    String because = "JPEGImages and SegmentationClass (VOC)";
    if (lists.isEmpty() && !objects) {
      return Optional.of(
          new Found(
              named(
                  Parts.choose(asked, List.of(""))
                      .of(asked)
                      .withType("folder-semantic")
                      .withPlaces("JPEGImages", "SegmentationClass")
                      .withClasses(asked.classes(), voidOfVoc())),
              because + ", without ImageSets",
              List.of()));
    }
    DatasetSettings settings =
        lists.isEmpty()
            ? Parts.choose(asked, List.of("")).of(asked).withType("voc-instance")
            : divided(objects ? "voc-instance" : "voc-semantic", lists);
    Found found = new Found(named(settings), because, List.of());
    return Optional.of(
        ownClasses()
            ? found
            : found.and(
                List.of(
                    root
                        + ": the classes are taken for VOC's 20, as no class_names.txt says otherwise")));
  }

  private List<Integer> voidOfVoc() {
    return asked.ignore().isEmpty() ? List.of(Voc.VOID) : asked.ignore();
  }

  /** A layout that has parts of its own: of them the one asked for. */
  private DatasetSettings divided(String type, List<String> parts) {
    return Parts.choose(asked.withHoldOut(0), parts).of(asked).withType(type);
  }

  private Optional<Found> lists() {
    if (!asked.list().isEmpty()) {
      return Optional.of(listed(asked, List.of()));
    }
    Map<String, String> listOf = new LinkedHashMap<>();
    for (String ending : LIST_ENDINGS) {
      for (String list : names(root, ending)) {
        String stem = list.substring(0, list.length() - ending.length());
        if (LIST_NAMES.contains(stem) || isPairList(root.resolve(list))) {
          listOf.putIfAbsent(stem, list);
        }
      }
    }
    if (listOf.isEmpty() || isVocLike()) {
      return Optional.empty();
    }
    List<String> parts = List.copyOf(listOf.keySet());
    Parts.Choice choice = Parts.choose(asked, parts);
    return Optional.of(listed(choice.of(asked).withList(listOf.get(choice.name())), parts));
  }

  private boolean isVocLike() {
    return isDirectory("SegmentationClass");
  }

  /** Names in the list without a label image are looked up in the usual folders. */
  private Found listed(DatasetSettings settings, List<String> parts) {
    Optional<String> photos = existing(withAsked(asked.images(), PHOTO_FOLDERS));
    Optional<String> labels =
        existing(withAsked(asked.annotations(), LABEL_FOLDERS))
            .filter(l -> !photos.equals(Optional.of(l)));
    DatasetSettings placed =
        photos.isPresent() && labels.isPresent()
            ? settings.withPlaces(photos.get(), labels.get())
            : settings;
    return new Found(
        named(placed.withType("folder-semantic")), settings.list() + ", a list of images", parts);
  }

  private static List<String> withoutEndings(List<String> lists) {
    return lists.stream().map(list -> list.substring(0, list.lastIndexOf('.'))).toList();
  }

  private static boolean isPairList(Path list) {
    return Files.isRegularFile(list)
        && TextFile.lines(list).stream()
            .filter(line -> !line.isBlank())
            .findFirst()
            .filter(line -> PAIR.matcher(line).matches())
            .isPresent();
  }

  /** The first of the folders that is there, whatever the case of its letters. */
  private Optional<String> existing(List<String> usual) {
    return usual.stream().flatMap(name -> spelt(name).stream()).findFirst();
  }

  private Optional<String> spelt(String name) {
    return isDirectory(name)
        ? Optional.of(name)
        : folders(root).stream().filter(folder -> folder.equalsIgnoreCase(name)).findFirst();
  }

  private Optional<Found> folders() {
    for (String photoName : withAsked(asked.images(), PHOTO_FOLDERS)) {
      for (String labelName : withAsked(asked.annotations(), LABEL_FOLDERS)) {
        Optional<String> photos = spelt(photoName);
        Optional<String> labels = spelt(labelName);
        if (photos.isPresent() && labels.isPresent() && !photos.equals(labels)) {
          return Optional.of(paired(photos.get(), labels.get()));
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

  /** With the names of the class file, unless the settings say others. */
  private DatasetSettings named(DatasetSettings settings) {
    return classFile()
        .map(file -> settings.withClasses(file.names(), settings.ignore()))
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
