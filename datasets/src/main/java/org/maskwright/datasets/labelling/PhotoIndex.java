package org.maskwright.datasets.labelling;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.folder.Items;

/**
 * The files of a data set's folder and of the folders in it, by their names below it, which are
 * written with slashes.
 */
final class PhotoIndex {
  private static final String AMBIGUOUS = "";

  private final Set<String> photos = new TreeSet<>();
  private final List<String> others = new ArrayList<>();
  private final Map<String, String> byName = new HashMap<>();

  private PhotoIndex() {}

  /**
   * Looks through a folder.
   *
   * @throws org.maskwright.datasets.DatasetException if it cannot be listed
   */
  static PhotoIndex of(DataFolder root) {
    PhotoIndex index = new PhotoIndex();
    root.filesBelow().forEach(index::add);
    return index;
  }

  private void add(String name) {
    if (Items.isPhotograph(name)) {
      photos.add(name);
      byName.merge(last(name), name, (one, other) -> AMBIGUOUS);
      byName.merge("stem:" + Items.stem(last(name)), name, (one, other) -> AMBIGUOUS);
    } else {
      others.add(name);
    }
  }

  /** All photographs, sorted. */
  Set<String> photos() {
    return photos;
  }

  /** All other files with an ending, sorted. */
  List<String> others(String ending) {
    return others.stream().filter(name -> name.toLowerCase(Locale.ROOT).endsWith(ending)).toList();
  }

  /**
   * The photograph that a tool's file names: as a path below the data set's folder or that of the
   * file, or by its last part alone, wherever it is.
   *
   * @param file the tool's file below the data set's folder
   * @param said the photograph's name in it; paths of another machine may be before it
   */
  Optional<String> named(String file, String said) {
    String name = said.replace('\\', '/');
    for (String candidate : List.of(folder(file) + name, name)) {
      String normal = normalised(candidate);
      if (photos.contains(normal)) {
        return Optional.of(normal);
      }
    }
    return Optional.ofNullable(byName.get(last(name))).filter(found -> !found.equals(AMBIGUOUS));
  }

  /** Without {@code .} and {@code ..}, which do not lead out of the data set's folder. */
  private static String normalised(String name) {
    Deque<String> folders = new ArrayDeque<>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        folders.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        folders.addLast(part);
      }
    }
    return String.join("/", folders);
  }

  /** The photograph with the name of a file but for the ending: beside it, or anywhere. */
  Optional<String> besides(String file) {
    for (String ending : Items.PHOTOS) {
      for (String candidate : List.of(ending, ending.toUpperCase(Locale.ROOT))) {
        String beside = Items.stem(file) + "." + candidate;
        if (photos.contains(beside)) {
          return Optional.of(beside);
        }
      }
    }
    return Optional.ofNullable(byName.get("stem:" + Items.stem(last(file))))
        .filter(found -> !found.equals(AMBIGUOUS));
  }

  /** The folder of a file, with a slash behind it; "" for that of the data set. */
  static String folder(String file) {
    return file.substring(0, file.lastIndexOf('/') + 1);
  }

  static String last(String file) {
    return file.substring(file.lastIndexOf('/') + 1);
  }
}
