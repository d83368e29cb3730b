package org.maskwright.trainer.video;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.folder.Items;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.files.OutputFile;
import org.maskwright.trainer.format.PredictionFiles;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.video.Video.Frame;
import org.maskwright.trainer.video.Video.Frames;

/**
 * Runs a model on videos, frame by frame or, if it sees several at once, in windows: its objects
 * joined to tracks, which go into files of formats, and into pictures and a video to look at.
 *
 * <p><b>Memory</b> one frame with its result, or the frames of a window, the objects of the last
 * second, the small pictures of a sheet; what grows with the number of frames are their files'
 * names and 12 bytes a mask.
 *
 * <p><b>Threads</b> one at a time.
 */
public final class VideoPrediction {
  private final VideoModel model;
  private final VideoWishes wishes;
  private final List<Video> videos;

  /**
   * What came of a video.
   *
   * @param frames of it
   * @param tracks that were found, of stuff one a class
   */
  public record Tracked(String video, int frames, int tracks) {}

  /**
   * What came of all.
   *
   * @param videos those of which at least a frame could be read
   * @param broken of each video file that could not be read, or not to its end, what is wrong
   */
  public record Written(List<Tracked> videos, List<DatasetException> broken) {
    /** Keeps copies. */
    public Written {
      videos = List.copyOf(videos);
      broken = List.copyOf(broken);
    }

    /**
     * Does nothing if all videos were read to their ends.
     *
     * @throws DatasetException that names all that were not
     */
    public void requireAll() {
      if (!broken.isEmpty()) {
        throw DatasetException.all(broken);
      }
    }
  }

  private VideoPrediction(VideoModel model, VideoWishes wishes, List<Video> videos) {
    this.model = model;
    this.wishes = wishes;
    this.videos = videos;
  }

  /**
   * Prepares it.
   *
   * @param prediction of frames
   * @param sight how they are seen
   * @param places video files, folders of frames, and folders of both, a video each
   * @throws DatasetException if there is no video, or two have one name
   * @throws IllegalArgumentException if the results are not made of segments; the message begins
   *     with the name of the wish
   */
  public static VideoPrediction of(
      Prediction prediction, Prediction.FrameWishes sight, VideoWishes wishes, List<Path> places) {
    return of(new PredictedVideo(prediction, sight), wishes, places);
  }

  /**
   * Prepares it with a model of any kind.
   *
   * @param places video files, folders of frames, and folders of both, a video each
   * @throws DatasetException if there is no video, or two have one name
   */
  public static VideoPrediction of(VideoModel model, VideoWishes wishes, List<Path> places) {
    return new VideoPrediction(model, wishes, Videos.find(places, wishes.framesPerSecond()));
  }

  /** How many videos there are. */
  public int videos() {
    return videos.size();
  }

  /**
   * Predicts all videos. A video file of which no frame can be read is left out; of one that is cut
   * off, or damaged, what can be read is predicted.
   *
   * @throws DatasetException if a frame of a folder cannot be read, if a frame is of another size
   *     than its video's first, or if no video can be read
   * @throws org.maskwright.trainer.output.OutputRefusedException if a file would be overwritten
   *     that no command wrote
   * @throws org.maskwright.files.OutputException if a file cannot be written
   */
  public Written write(Engine engine, OutputFolder folder, Prediction.Progress progress) {
    String names = videos.stream().map(Video::name).collect(Collectors.joining(", "));
    List<TrackWriter> writers = new ArrayList<>();
    try (VideoModel.Opened opened = model.open(engine, names, progress);
        ResultFiles files = ResultFiles.in(folder)) {
      try {
        for (TrackFormat format : wishes.formats()) {
          writers.add(format.start(files, PredictionFiles.categories(model.classSpace())));
        }
        Walk walk = new Walk(opened, writers, folder, progress);
        for (Video video : videos) {
          walk.video(video);
        }
        if (walk.done.isEmpty()) {
          throw DatasetException.all(walk.broken);
        }
        for (TrackWriter writer : writers) {
          writer.end();
        }
        files.finish();
        return new Written(walk.done, walk.broken);
      } finally {
        for (TrackWriter writer : writers) {
          writer.close();
        }
      }
    } catch (IOException e) {
      throw OutputFile.failure(folder.path(), e);
    }
  }

  /** Goes through the frames of all videos. */
  private final class Walk {
    private final VideoModel.Opened opened;
    private final List<TrackWriter> writers;
    private final OutputFolder folder;
    private final Prediction.Progress progress;
    private final List<Tracked> done = new ArrayList<>();
    private final List<DatasetException> broken = new ArrayList<>();

    Walk(
        VideoModel.Opened opened,
        List<TrackWriter> writers,
        OutputFolder folder,
        Prediction.Progress progress) {
      this.opened = opened;
      this.writers = writers;
      this.folder = folder;
      this.progress = progress;
    }

    void video(Video video) throws IOException {
      video.note().ifPresent(note -> progress.note("note: " + video.name() + ": " + note));
      Optional<Begun> begun = begin(video);
      if (begun.isEmpty()) {
        return;
      }
      try (Frames frames = begun.get().frames()) {
        track(video, frames, begun.get().first());
        frames
            .damage()
            .ifPresent(
                why ->
                    broken.add(
                        DatasetException.ofFile(
                            video.place(), why + "; results are of what could be read")));
      }
    }

    /** Opens a video and reads its first frame; of one that has none the reason is kept. */
    private Optional<Begun> begin(Video video) {
      Frames frames = null;
      boolean begun = false;
      try {
        frames = video.open();
        Optional<Frame> first = frames.next();
        begun = first.isPresent();
        return first.isPresent() ? Optional.of(new Begun(frames, first.get())) : Optional.empty();
      } catch (DatasetException e) {
        broken.add(e);
        return Optional.empty();
      } finally {
        if (frames != null && !begun) {
          frames.close();
        }
      }
    }

    private void track(Video video, Frames frames, Frame first) throws IOException {
      for (TrackWriter writer : writers) {
        writer.begin(done.size() + 1, video.name());
      }
      try (TrackPictures pictures = pictures(video, frames)) {
        Tracking tracking = new Tracking(frames, pictures);
        VideoModel.Sight seeing = opened.video();
        for (Optional<Frame> next = Optional.of(first); next.isPresent(); next = frames.next()) {
          tracking.waiting.add(next.get());
          tracking.add(next.get().see().apply(seeing));
        }
        tracking.add(seeing.end());
        pictures.end();
        for (TrackWriter writer : writers) {
          writer.endVideo();
        }
        done.add(new Tracked(video.name(), tracking.number, seeing.tracks()));
      }
    }

    private TrackPictures pictures(Video video, Frames frames) {
      return new TrackPictures(
          folder,
          video.name(),
          model.classSpace(),
          wishes.overlays(),
          frames.framesPerSecond(),
          progress);
    }

    /** Writes what is seen in the frames of one video, in order. */
    private final class Tracking {
      private final Frames frames;
      private final TrackPictures pictures;
      private final Deque<Frame> waiting = new ArrayDeque<>(); // for what is seen in them
      private Size size; // null before the first frame
      private int number;

      Tracking(Frames frames, TrackPictures pictures) {
        this.frames = frames;
        this.pictures = pictures;
      }

      void add(List<VideoModel.Seen> seen) throws IOException {
        for (VideoModel.Seen each : seen) {
          add(waiting.remove(), each);
        }
      }

      private void add(Frame frame, VideoModel.Seen seen) throws IOException {
        requireSize(frame, new Size(seen.photograph().width(), seen.photograph().height()));
        TrackedFrame tracked = new TrackedFrame(number++, frame.file(), size, seen.objects().get());
        for (TrackWriter writer : writers) {
          writer.frame(tracked);
        }
        pictures.frame(tracked, seen.photograph(), frame.seconds());
        // one that does not say how many frames it has is done when it is done
        int expected = (int) Math.min(Integer.MAX_VALUE, Math.max(frames.expected(), number));
        progress.photograph(number, expected, frame.photograph());
      }

      private void requireSize(Frame frame, Size here) {
        if (size != null && !size.equals(here)) {
          throw DatasetException.ofFile(
              frame.photograph().file(),
              "a frame of %s pixels, expected %s as the first (frame %s)"
                  .formatted(here, size, Items.stem(frame.file())));
        }
        size = here;
      }
    }
  }

  /** A video with its first frame read. */
  private record Begun(Frames frames, Frame first) {}
}
