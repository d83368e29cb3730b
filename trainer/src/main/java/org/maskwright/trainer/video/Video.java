package org.maskwright.trainer.video;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.maskwright.datasets.DatasetException;
import org.maskwright.trainer.eval.Photographs.Photograph;

/** A video, of which one frame is in memory at a time. */
interface Video {
  /** What its results are called: the name of its folder, or of its file without the ending. */
  String name();

  /** Where it is. */
  Path place();

  /**
   * Begins with its first frame.
   *
   * @return to be closed by the caller
   * @throws DatasetException if it cannot be read
   */
  Frames open();

  /** What a user should know of it, before it is predicted. */
  Optional<String> note();

  /** Frames one after the other. */
  interface Frames extends AutoCloseable {
    /** About how many there are; 0 where nobody knows. */
    long expected();

    /** About. */
    double framesPerSecond();

    /**
     * The next one; empty behind the last.
     *
     * @throws DatasetException if a file has not even a first one
     */
    Optional<Frame> next();

    /** What could not be read, behind the last. */
    Optional<String> damage();

    @Override
    void close();
  }

  /**
   * A frame.
   *
   * @param photograph its file, or the video's file and the frame's name; the name is that of the
   *     video, a slash, and that of the frame with an ending
   * @param file its name, with an ending
   * @param seconds from the first
   * @param see reads it and shows it to a model, which answers for the frames that it knows of
   *     then; once, before the next frame
   */
  record Frame(
      Photograph photograph,
      String file,
      double seconds,
      Function<VideoModel.Sight, List<VideoModel.Seen>> see) {}
}
