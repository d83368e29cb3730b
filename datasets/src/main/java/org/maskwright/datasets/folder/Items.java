package org.maskwright.datasets.folder;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.image.LabelImage;

/**
 * Finds out which label image belongs to which photograph, by their names.
 *
 * @param list in the order of the names
 * @param notes files that belong to nothing, for the user
 */
public record Items(List<LabelledDataset.Item> list, List<String> notes) {
  /** The endings of photographs, in small letters. */
  public static final List<String> PHOTOS =
      List.of("jpg", "jpeg", "png", "bmp", "tif", "tiff", "webp");

  /** Endings of files that are no label images, and what to do with them. */
  private static final Map<String, String> INSTEAD = new LinkedHashMap<>();

  static {
    String jpeg =
        "JPEG changes the values of pixels, so they are no classes any more; save the masks as PNG";
    String image = "label images are read as PNG; convert them without changing a value";
    String array = "arrays are not read; save each as a grey PNG of 8 or 16 bits";
    String text = "outlines as text are not read; export as COCO, or as PNG masks";
    List.of("jpg", "jpeg").forEach(ending -> INSTEAD.put(ending, jpeg));
    List.of("gif", "webp").forEach(ending -> INSTEAD.put(ending, image));
    List.of("npy", "npz", "mat").forEach(ending -> INSTEAD.put(ending, array));
    List.of("txt", "json", "xml").forEach(ending -> INSTEAD.put(ending, text));
  }

  private static final int NAMED = 5;

  public Items {
    list = List.copyOf(list);
    notes = List.copyOf(notes);
  }

  /**
   * Pairs files by name: {@code NAME.jpg} with {@code NAME<suffix>.png}, or .bmp or .tif. Where no
   * photograph lies in the folder itself, those in the folders below are paired with label images
   * in folders of the same names.
   *
   * @throws DatasetException if there is no photograph, or one has no label image
   */
  public static List<LabelledDataset.Item> byName(
      DataFolder photos, DataFolder labels, String suffix) {
    return byName(
            photos,
            labels,
            suffix,
            problem -> {
              throw problem;
            })
        .list();
  }

  /**
   * As {@link #byName(DataFolder, DataFolder, String)}; photographs that have no label image,
   * cannot be read as such, or share a name are left out and reported.
   *
   * @throws DatasetException if there is no photograph
   */
  public static Items byName(
      DataFolder photos, DataFolder labels, String suffix, Consumer<DatasetException> problems) {
    Map<String, String> labelOf = new TreeMap<>();
    boolean nested = photos.files().stream().noneMatch(Items::isPhotograph);
    List<String> photoFiles = nested ? photos.filesBelow() : photos.files();
    for (String file : nested ? labels.filesBelow() : labels.files()) {
      if (LabelImage.isNamed(file)) {
        labelOf.merge(stem(file), file, Items::preferred);
      }
    }
    Map<String, String> orphans = new TreeMap<>(labelOf);
    Map<String, String> photoOf = new HashMap<>();
    List<LabelledDataset.Item> items = new ArrayList<>();
    for (String photo : photoFiles) {
      if (!isPhotograph(photo)) {
        continue;
      }
      String stem = stem(photo);
      String label = labelOf.get(stem + suffix);
      orphans.remove(stem + suffix);
      String before = photoOf.putIfAbsent(stem, photo);
      if (before != null) {
        problems.accept(of(photos, photo, "the name is that of " + before + " too"));
      } else if (label == null) {
        problems.accept(of(photos, photo, missing(stem, suffix, labels, labelOf)));
      } else {
        items.add(new LabelledDataset.Item(ImageId.of(stem), photo, List.of(label)));
      }
    }
    if (photoOf.isEmpty()) {
      throw DatasetException.ofFile(
          photos.root(),
          "expected photographs of the kinds %s, found none%s"
              .formatted(
                  PHOTOS,
                  photos.folders().isEmpty() ? "" : ", but the folders " + photos.folders()));
    }
    List<String> others = new ArrayList<>();
    for (String file : photoFiles) {
      if (!isPhotograph(file) && orphans.remove(stem(file) + suffix) != null) {
        problems.accept(
            of(photos, file, "no photograph that is read: expected one of the kinds " + PHOTOS));
      } else if (!isPhotograph(file)) {
        others.add(file);
      }
    }
    List<String> notes = new ArrayList<>();
    note(notes, labels, List.copyOf(orphans.values()), "label images without a photograph");
    note(notes, photos, others, "files that are no photographs");
    return new Items(items, notes);
  }

  private static String preferred(String one, String other) {
    return LabelImage.ENDINGS.indexOf(ending(one)) <= LabelImage.ENDINGS.indexOf(ending(other))
        ? one
        : other;
  }

  private static void note(List<String> notes, DataFolder folder, List<String> files, String what) {
    if (!files.isEmpty()) {
      notes.add(
          "%s: %d %s: %s%s"
              .formatted(
                  folder.root(),
                  files.size(),
                  what,
                  String.join(", ", files.subList(0, Math.min(NAMED, files.size()))),
                  files.size() > NAMED ? ", ..." : ""));
    }
  }

  private static DatasetException of(DataFolder photos, String photo, String problem) {
    return DatasetException.ofFile(photos.resolve(photo), problem);
  }

  /** Why there is no label image: what there is in its stead. */
  private static String missing(
      String stem, String suffix, DataFolder labels, Map<String, String> labelOf) {
    String missing = "no label image %s%s.png in %s".formatted(stem, suffix, labels.root());
    for (Map.Entry<String, String> kind : INSTEAD.entrySet()) {
      String file = stem + suffix + "." + kind.getKey();
      if (Files.exists(labels.resolve(file))) {
        return missing + ", only %s: %s".formatted(file, kind.getValue());
      }
    }
    if (Files.isDirectory(labels.resolve(stem))) {
      return missing
          + ", only a folder %s; masks of an object each are data.train.type = instance-files"
              .formatted(stem);
    }
    return labelOf.keySet().stream()
        .filter(label -> label.startsWith(stem) && !label.equals(stem + suffix))
        .findFirst()
        .map(
            label ->
                label.substring(stem.length()).matches("[_-]?\\d+")
                    ? missing
                        + ", only %s; masks of an object each are data.train.type = instance-files"
                            .formatted(labelOf.get(label))
                    : missing
                        + ", but %s; set data.train.mask-suffix = %s (--mask-suffix)"
                            .formatted(labelOf.get(label), label.substring(stem.length())))
        .orElse(missing);
  }

  /** Whether a name has the ending of a photograph. */
  public static boolean isPhotograph(String file) {
    return PHOTOS.contains(ending(file));
  }

  /** A file's path without its ending. */
  public static String stem(String file) {
    int dot = file.lastIndexOf('.');
    return dot <= file.lastIndexOf('/') ? file : file.substring(0, dot);
  }

  /** The ending of a file's name, in small letters; of one without a dot the name. */
  public static String ending(String file) {
    return file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
