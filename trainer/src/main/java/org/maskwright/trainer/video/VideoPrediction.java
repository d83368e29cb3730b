package org.maskwright.trainer.video;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Size;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.files.OutputFile;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.eval.PredictedPhotograph;
import org.maskwright.trainer.format.PredictionFiles;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.video.VideoFolders.Video;

/**
 * Runs a model on videos, frame by frame or, if it sees several at once, in windows: its objects
 * joined to tracks, which go into files of formats, pictures of the frames, and a sheet of a few of
 * them.
 *
 * <p><b>Memory</b> one frame with its result, or the frames of a window, the objects of the last
 * second, the small pictures of a sheet; what grows with the number of frames are their files'
 * names and 12 bytes a mask.
 *
 * <p><b>Threads</b> one at a time.
 */
public final class VideoPrediction {
  private final Prediction prediction;
  private final Prediction.FrameWishes frames;
  private final List<TrackFormat> formats;
  private final List<Video> videos;

  /**
   * What came of a video.
   *
   * @param frames of it
   * @param tracks that were found, of stuff one a class
   */
  public record Tracked(String video, int frames, int tracks) {}

  private VideoPrediction(
      Prediction prediction,
      Prediction.FrameWishes frames,
      List<TrackFormat> formats,
      List<Video> videos) {
    this.prediction = prediction;
    this.frames = frames;
    this.formats = List.copyOf(formats);
    this.videos = videos;
  }

  /** As the other method, frames seen as the model's run evaluates them. */
  public static VideoPrediction of(Prediction prediction, List<TrackFormat> formats, Path folder) {
    return of(prediction, Prediction.FrameWishes.NONE, formats, folder);
  }

  /**
   * Prepares it.
   *
   * @param prediction of frames
   * @param frames how they are seen
   * @param folder of frames, or of folders of frames, a video each
   * @throws DatasetException if there is no video
   * @throws IllegalArgumentException if the results are not made of segments; the message begins
   *     with the name of the wish
   */
  public static VideoPrediction of(
      Prediction prediction,
      Prediction.FrameWishes frames,
      List<TrackFormat> formats,
      Path folder) {
    if (prediction.kind().segmented().isEmpty()) {
      throw new IllegalArgumentException(
          "task: results of %s are not made of segments, which tracks are joined of"
              .formatted(prediction.kind().name()));
    }
    return new VideoPrediction(prediction, frames, formats, VideoFolders.find(folder));
  }

  /**
   * Predicts all videos.
   *
   * @throws DatasetException if a frame cannot be read, or is of another size than the video's
   *     first
   * @throws org.maskwright.trainer.output.OutputRefusedException if a file would be overwritten
   *     that no command wrote
   * @throws org.maskwright.files.OutputException if a file cannot be written
   */
  public List<Tracked> write(Engine engine, OutputFolder folder, Prediction.Progress progress) {
    List<Tracked> done = new ArrayList<>();
    List<TrackWriter> writers = new ArrayList<>();
    try (ResultFiles files = ResultFiles.in(folder)) {
      try {
        Categories categories = PredictionFiles.categories(prediction.classSpace());
        for (TrackFormat format : formats) {
          writers.add(format.start(files, categories));
        }
        Walk walk = new Walk(writers, folder, done);
        prediction.videos(
            engine,
            videos.stream().map(VideoPrediction::photographs).toList(),
            frames,
            walk::frame,
            progress);
        for (TrackWriter writer : writers) {
          writer.end();
        }
        files.finish();
      } finally {
        for (TrackWriter writer : writers) {
          writer.close();
        }
      }
    } catch (IOException e) {
      throw OutputFile.failure(folder.path(), e);
    }
    return done;
  }

  private static List<Photograph> photographs(Video video) {
    return video.frames().stream()
        .map(frame -> new Photograph(frame, video.name() + "/" + frame.getFileName()))
        .toList();
  }

  /** Goes through the frames of all videos. */
  private final class Walk {
    private final List<TrackWriter> writers;
    private final OutputFolder folder;
    private final List<Tracked> done;
    private int frame;
    private FrameJoiner joiner = new FrameJoiner();
    private TrackPictures pictures;
    private Size size;

    Walk(List<TrackWriter> writers, OutputFolder folder, List<Tracked> done) {
      this.writers = writers;
      this.folder = folder;
      this.done = done;
    }

    void frame(Photograph file, PredictedPhotograph<?> seen) {
      Video video = videos.get(done.size());
      try {
        if (frame == 0) {
          begin(video);
        }
        TrackedFrame tracked = tracked(file, seen);
        for (TrackWriter writer : writers) {
          writer.frame(tracked);
        }
        pictures.frame(tracked, seen.photograph());
        if (++frame == video.frames().size()) {
          end(video);
        }
      } catch (IOException e) {
        throw OutputFile.failure(folder.path(), e);
      }
    }

    private void begin(Video video) throws IOException {
      joiner = new FrameJoiner();
      size = null;
      pictures =
          new TrackPictures(folder, video.name(), video.frames().size(), prediction.classSpace());
      for (TrackWriter writer : writers) {
        writer.begin(done.size() + 1, video.name());
      }
    }

    private TrackedFrame tracked(Photograph file, PredictedPhotograph<?> seen) {
      Size here = new Size(seen.photograph().width(), seen.photograph().height());
      if (size != null && !size.equals(here)) {
        throw DatasetException.ofFile(
            file.file(), "a frame of %s pixels, expected %s as the first".formatted(here, size));
      }
      size = here;
      boolean objects = prediction.kind().needsMasks();
      boolean all = prediction.kind().hasScores();
      List<TrackedObject> found =
          joiner.join(
              seen.drawn().segments(prediction.thresholds()),
              seen.photograph(),
              c -> objects && (all || prediction.classSpace().isThing(c)));
      return new TrackedFrame(frame, file.file().getFileName().toString(), size, found);
    }

    private void end(Video video) throws IOException {
      for (TrackWriter writer : writers) {
        writer.endVideo();
      }
      pictures.end();
      done.add(new Tracked(video.name(), frame, joiner.tracks()));
      frame = 0;
    }
  }
}
