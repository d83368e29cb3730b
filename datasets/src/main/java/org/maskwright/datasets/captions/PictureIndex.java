package org.maskwright.datasets.captions;

import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.folder.Items;

/**
 * Which picture of a data set a name means: that whose file has it, whatever folders are before it
 * and whatever ending behind. Numbers are compared by value, as COCO's ids are not padded where its
 * file names are.
 *
 * <p><b>Memory</b> 16 bytes a picture.
 */
final class PictureIndex {
  /** No picture has the name. */
  static final int UNKNOWN = -1;

  /** Several have it. */
  static final int AMBIGUOUS = -2;

  private final Dataset pictures;
  private final int[] slots; // of a hash: 0 free, i + 1 picture i, -(i + 1) the first of several

  PictureIndex(Dataset pictures) {
    this.pictures = pictures;
    slots = new int[Integer.highestOneBit(Math.max(1, pictures.size())) * 4];
    for (int i = 0; i < pictures.size(); i++) {
      String key = key(i);
      int at = slot(key);
      slots[at] = slots[at] == 0 ? i + 1 : -Math.abs(slots[at]);
    }
  }

  /** The picture that is meant, {@link #UNKNOWN} or {@link #AMBIGUOUS}. */
  int of(String name) {
    int found = slots[slot(key(name))];
    return found > 0 ? found - 1 : found == 0 ? UNKNOWN : AMBIGUOUS;
  }

  /** Where a key is, or would be. */
  private int slot(String key) {
    int mask = slots.length - 1;
    int hash = key.hashCode();
    int at = (hash ^ hash >>> 15) & mask;
    while (slots[at] != 0 && !key(Math.abs(slots[at]) - 1).equals(key)) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private String key(int picture) {
    return key(pictures.info(picture).file().getFileName().toString());
  }

  /** What is compared: the last part of a name, without the ending of a photograph or a text. */
  static String key(String name) {
    String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    String ending = Items.ending(last);
    String stem = Items.isPhotograph(last) || ending.equals("txt") ? Items.stem(last) : last;
    int from = 0;
    while (from < stem.length() - 1 && stem.charAt(from) == '0') {
      from++;
    }
    boolean number = stem.chars().allMatch(c -> c >= '0' && c <= '9');
    return number ? stem.substring(from) : stem;
  }
}
