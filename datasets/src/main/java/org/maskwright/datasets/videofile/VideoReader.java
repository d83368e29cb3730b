package org.maskwright.datasets.videofile;

import java.util.Optional;
import org.maskwright.datasets.DatasetException;

/**
 * The frames of a video file, one after the other.
 *
 * <p><b>Memory</b> one frame, and the few that the decoder needs for it. <b>Lifecycle</b> closed by
 * who opened it.
 */
public interface VideoReader extends AutoCloseable {
  /** How many frames the file has, as far as it says so; 0 if it does not. */
  long expectedFrames();

  /** The mean rate as the file says it, above 0; 25 if it does not. */
  double framesPerSecond();

  /**
   * The next frame; empty behind the last that can be read.
   *
   * @throws DatasetException if there is not even a first
   */
  Optional<VideoFrame> next();

  /**
   * What could not be read, once {@link #next} has given all that could: that the file is cut off,
   * or parts of it are damaged.
   */
  Optional<String> damage();

  @Override
  void close();
}
