package org.maskwright.trainer.video;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.videofile.VideoCodec;
import org.maskwright.datasets.videofile.VideoFiles;
import org.maskwright.datasets.videofile.VideoFrame;
import org.maskwright.datasets.videofile.VideoWriter;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.settings.ExtensionException;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.video.VideoWishes.Overlays;

/**
 * What there is to look at of a video: its frames with its tracks over them, a track in one colour
 * in all frames, as pictures and as a video, and a sheet of a few of them.
 */
final class TrackPictures implements Closeable {
  private static final int SMALL = 480; // pixels of the long side on the sheet
  private static final int VIDEO_SIDE = 1920; // pixels of the long side of the video, at most

  private final OutputFolder folder;
  private final String video;
  private final ClassSpace classes;
  private final Overlays overlays;
  private final double framesPerSecond;
  private final Prediction.Progress progress;
  private final ContactSheet sheet = new ContactSheet();
  private boolean filmed; // or found impossible
  private VideoWriter film; // null: none

  /**
   * @param framesPerSecond of the video, about
   * @param progress told if no video can be written
   */
  TrackPictures(
      OutputFolder folder,
      String video,
      ClassSpace classes,
      Overlays overlays,
      double framesPerSecond,
      Prediction.Progress progress) {
    this.folder = folder;
    this.video = video;
    this.classes = classes;
    this.overlays = overlays;
    this.framesPerSecond = framesPerSecond;
    this.progress = progress;
  }

  void frame(TrackedFrame frame, RgbImage photograph, double seconds) throws IOException {
    Overlay overlay = Overlay.on(photograph.data(), photograph.width(), photograph.height());
    List<OverlayInstance> drawn = new ArrayList<>();
    for (TrackedObject o : frame.objects()) {
      String name = classes.classes().get(o.classIndex()).name();
      drawn.add(
          o.thing() ? instance(o, name + " " + o.track()).asNamed() : instance(o, name).asStuff());
    }
    Picture picture = overlay.instances(drawn);
    if (overlays.frames()) {
      folder.write("overlay/" + video + "/" + frame.name() + ".png", picture.toPng());
    }
    sheet.frame(frame.name(), () -> picture.resized(SMALL));
    if (overlays.video()) {
      write(picture, overlay.drawnSize(), seconds);
    }
  }

  private static OverlayInstance instance(TrackedObject o, String name) {
    return new OverlayInstance(o.mask(), o.track() - 1, name, Double.NaN);
  }

  /** The photograph's part of the picture: legends have other numbers of rows in other frames. */
  private void write(Picture picture, Size size, double seconds) throws IOException {
    if (!filmed) {
      filmed = true;
      film = started(fitting(size));
    }
    if (film == null) {
      return;
    }
    byte[] rgb = Arrays.copyOf(picture.rgb(), 3 * size.width() * size.height());
    film.write(new VideoFrame(new RgbImage(size.width(), size.height(), rgb), seconds));
  }

  /** Null, and a note, where there is nothing that writes videos. */
  private VideoWriter started(Size size) throws IOException {
    try {
      Optional<VideoCodec> codec = VideoFiles.codec();
      if (codec.isPresent()) {
        return codec.get().create(unfinished(), size, framesPerSecond);
      }
      progress.note(
          "note: no overlay video: put %s on the class path".formatted(VideoFiles.ARTIFACT));
    } catch (ExtensionException e) {
      progress.note("note: no overlay video: " + e.getMessage());
    }
    return null;
  }

  private static Size fitting(Size size) {
    double scale = Math.min(1, (double) VIDEO_SIDE / Math.max(size.width(), size.height()));
    return new Size(
        (int) Math.max(1, Math.round(scale * size.width())),
        (int) Math.max(1, Math.round(scale * size.height())));
  }

  private Path unfinished() {
    return folder.path().resolve(".overlay-" + video + ".mp4.part");
  }

  /** Writes the sheet, and ends the video. */
  void end() throws IOException {
    folder.write("contact-sheet-" + video + ".png", sheet.draw(video).toPng());
    if (film != null) {
      film.finish();
      film.close();
      film = null;
      folder.publish(unfinished(), "overlay-" + video + ".mp4");
    }
  }

  @Override
  public void close() throws IOException {
    if (film != null) {
      film.close();
      film = null;
      Files.deleteIfExists(unfinished());
    }
  }
}
