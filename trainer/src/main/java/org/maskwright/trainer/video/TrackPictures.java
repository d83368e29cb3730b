package org.maskwright.trainer.video;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.picture.PictureGrid;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.output.OutputFolder;

/**
 * The frames of a video with its tracks over them, a track in one colour in all frames, and a sheet
 * of a few of them.
 *
 * <p><b>Memory</b> the small frames of the sheet.
 */
final class TrackPictures {
  private static final int SHOWN = 12; // frames on a sheet
  private static final int COLUMNS = 3;
  private static final int SMALL = 480; // pixels of their long side

  private final OutputFolder folder;
  private final String video;
  private final int frames;
  private final ClassSpace classes;
  private final List<Picture> sheet = new ArrayList<>();
  private final List<String> captions = new ArrayList<>();
  private int next;

  /**
   * @param frames of the video
   */
  TrackPictures(OutputFolder folder, String video, int frames, ClassSpace classes) {
    this.folder = folder;
    this.video = video;
    this.frames = frames;
    this.classes = classes;
  }

  void frame(TrackedFrame frame, RgbImage photograph) {
    Overlay overlay = Overlay.on(photograph.data(), photograph.width(), photograph.height());
    List<OverlayInstance> drawn = new ArrayList<>();
    for (TrackedObject o : frame.objects()) {
      String name = classes.classes().get(o.classIndex()).name();
      drawn.add(
          o.thing()
              ? new OverlayInstance(o.mask(), o.track() - 1, name + " " + o.track(), Double.NaN)
              : new OverlayInstance(o.mask(), o.track() - 1, name, Double.NaN).asStuff());
    }
    Picture picture = overlay.instances(drawn);
    folder.write("overlay/" + video + "/" + frame.name() + ".png", picture.toPng());
    int onSheet = Math.min(SHOWN, frames);
    if (next < onSheet && frame.number() == (long) next * (frames - 1) / Math.max(1, onSheet - 1)) {
      sheet.add(picture.resized(SMALL));
      captions.add(frame.name());
      next++;
    }
  }

  /** Writes the sheet. */
  void end() {
    PictureGrid grid = new PictureGrid(Math.min(COLUMNS, sheet.size()));
    grid.title("%s, %d frames".formatted(video, frames));
    for (int i = 0; i < sheet.size(); i++) {
      grid.add(sheet.get(i), captions.get(i));
    }
    folder.write("contact-sheet-" + video + ".png", grid.draw().toPng());
  }
}
