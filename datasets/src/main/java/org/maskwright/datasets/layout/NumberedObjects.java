package org.maskwright.datasets.layout;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.folder.ColourMap;
import org.maskwright.datasets.folder.LabelReadings;
import org.maskwright.datasets.image.LabelImage;

/**
 * Whether label images number the objects of each picture, as tools for cells write them, and are
 * no maps of classes: nothing names the values, each picture has nearly all from 1 to its largest,
 * which is not the same in all and large in one.
 */
final class NumberedObjects {
  private static final int LOOKED_AT = 8;

  /** So many classes are not all in each picture. */
  private static final int MANY = 16;

  private static final double PRESENT = 0.9;

  private NumberedObjects() {}

  /** Looks at the first label images of a folder. */
  static boolean in(LayoutQuery query, String folder) {
    if (query.ownClasses() || ColourMap.in(query.root()).isPresent()) {
      return false;
    }
    List<String> files =
        query.files(folder, "").stream().filter(LabelImage::isNamed).limit(LOOKED_AT).toList();
    Set<Integer> largest = new TreeSet<>();
    for (String file : files) {
      int[] values = values(query, folder, file);
      int last = values.length == 0 ? 0 : values[values.length - 1];
      if (values.length < PRESENT * last) {
        return false;
      }
      largest.add(last);
    }
    return largest.size() > 1 && largest.stream().anyMatch(last -> last >= MANY);
  }

  /** Those that occur, rising, but for 0; none of a file that is no label image. */
  private static int[] values(LayoutQuery query, String folder, String file) {
    try {
      int[] all =
          LabelReadings.distinct(
              LabelImage.readIndices(query.root().resolve(folder).resolve(file)));
      return Arrays.stream(all).filter(value -> value != 0).toArray();
    } catch (DatasetException unreadable) { // is told when the data set is opened
      return new int[0];
    }
  }
}
