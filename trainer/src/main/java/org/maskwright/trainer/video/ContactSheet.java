package org.maskwright.trainer.video;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.picture.PictureGrid;

/**
 * A few frames of a video on one sheet, evenly spread over however many there turn out to be.
 *
 * <p><b>Memory</b> two dozen small pictures: whenever there are as many, every second is forgotten,
 * and from then on half as many are taken.
 */
final class ContactSheet {
  private static final int SHOWN = 12;
  private static final int MOST_KEPT = 2 * SHOWN;
  private static final int COLUMNS = 3;

  private record Small(Picture picture, String caption) {}

  private final List<Small> kept = new ArrayList<>();
  private int stride = 1;
  private int frames;

  /**
   * Takes a frame.
   *
   * @param picture is asked for if the frame is kept
   */
  void frame(String caption, Supplier<Picture> picture) {
    if (frames++ % stride != 0) {
      return;
    }
    kept.add(new Small(picture.get(), caption));
    if (kept.size() == MOST_KEPT) {
      for (int i = MOST_KEPT - 1; i > 0; i -= 2) {
        kept.remove(i);
      }
      stride *= 2;
    }
  }

  /** The captions of those that are shown. */
  List<String> captions() {
    return shown().stream().map(Small::caption).toList();
  }

  private List<Small> shown() {
    int count = Math.min(SHOWN, kept.size());
    List<Small> shown = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      shown.add(kept.get(count == 1 ? 0 : Math.round((float) i * (kept.size() - 1) / (count - 1))));
    }
    return shown;
  }

  /**
   * Draws it.
   *
   * @throws IllegalStateException if there was no frame
   */
  Picture draw(String video) {
    List<Small> shown = shown();
    PictureGrid grid = new PictureGrid(Math.max(1, Math.min(COLUMNS, shown.size())));
    grid.title("%s, %d frame%s".formatted(video, frames, frames == 1 ? "" : "s"));
    shown.forEach(small -> grid.add(small.picture(), small.caption()));
    return grid.draw();
  }
}
