package org.maskwright.datasets.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;

/** Finds out which label image belongs to which photograph. */
public final class Items {
  private static final Set<String> PHOTOS =
      Set.of("jpg", "jpeg", "png", "bmp", "tif", "tiff", "webp");

  private Items() {}

  /**
   * Pairs files by name: {@code NAME.jpg} with {@code NAME<suffix>.png}. In the order of the names.
   *
   * @throws DatasetException if there is no photograph, or one has no label image
   */
  public static List<LabelledDataset.Item> byName(
      DataFolder photos, DataFolder labels, String suffix) {
    Map<String, String> labelOf = new HashMap<>();
    for (String file : labels.files()) {
      if (ending(file).equals("png")) {
        labelOf.put(stem(file), file);
      }
    }
    List<LabelledDataset.Item> items = new ArrayList<>();
    for (String photo : photos.files()) {
      if (!PHOTOS.contains(ending(photo))) {
        continue;
      }
      String label = labelOf.get(stem(photo) + suffix);
      if (label == null) {
        throw DatasetException.ofFile(
            photos.resolve(photo),
            "no label image %s%s.png in %s".formatted(stem(photo), suffix, labels.root()));
      }
      items.add(new LabelledDataset.Item(ImageId.of(stem(photo)), photo, List.of(label)));
    }
    if (items.isEmpty()) {
      throw DatasetException.ofFile(
          photos.root(), "expected photographs (" + PHOTOS + "), found none");
    }
    return items;
  }

  /**
   * Reads a list file: photograph and label image in each line, relative to the folder; the id is
   * the photograph's path without its ending. Absolute paths of another machine, as in SegNet's
   * CamVid lists, are cut to their last two parts.
   *
   * @throws DatasetException if the file cannot be read or a line is no pair
   */
  public static List<LabelledDataset.Item> byList(DataFolder root, String listFile) {
    Path file = root.existing(listFile);
    List<LabelledDataset.Item> items = new ArrayList<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      String[] fields = line.strip().split("\\s+", -1);
      if (fields.length != 2) {
        throw DatasetException.ofFile(
            file, "line %d: expected IMAGE LABEL, got \"%s\"".formatted(number, line));
      }
      items.add(
          new LabelledDataset.Item(
              ImageId.of(stem(relative(fields[0]))),
              relative(fields[0]),
              List.of(relative(fields[1]))));
    }
    if (items.isEmpty()) {
      throw DatasetException.ofFile(file, "the list is empty");
    }
    return items;
  }

  /** The lines of a text file. */
  public static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw DatasetException.ofFile(file, "cannot read the text: " + e.getMessage(), e);
    }
  }

  private static String relative(String name) {
    if (!name.startsWith("/")) {
      return name;
    }
    String[] parts = name.split("/", -1);
    return parts.length < 3 ? name : parts[parts.length - 2] + "/" + parts[parts.length - 1];
  }

  /** A file's path without its ending. */
  private static String stem(String file) {
    int dot = file.lastIndexOf('.');
    return dot <= file.lastIndexOf('/') ? file : file.substring(0, dot);
  }

  private static String ending(String file) {
    return file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
