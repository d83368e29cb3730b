package org.maskwright.trainer.video;

import java.util.List;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.mask.LabelMap;

/**
 * A frame with its objects.
 *
 * @param number from 0
 * @param file its name, with the ending
 * @param objects the surest first
 */
public record TrackedFrame(int number, String file, Size size, List<TrackedObject> objects) {
  /** Keeps a copy. */
  public TrackedFrame {
    objects = List.copyOf(objects);
  }

  /** The file's name without the ending, which is that of its results. */
  public String name() {
    return Items.stem(file);
  }

  /** One track a pixel, 0 for none: where masks overlap, the surest. */
  public LabelMap tracks() {
    return painted(true);
  }

  /** As {@link #tracks} of the things alone. */
  public LabelMap things() {
    return painted(false);
  }

  private LabelMap painted(boolean stuff) {
    int[] labels = new int[size.height() * size.width()];
    for (int i = objects.size() - 1; i >= 0; i--) {
      TrackedObject object = objects.get(i);
      if (object.thing() || stuff) {
        object.mask().paint(labels, object.track());
      }
    }
    return new LabelMap(size.height(), size.width(), labels);
  }
}
