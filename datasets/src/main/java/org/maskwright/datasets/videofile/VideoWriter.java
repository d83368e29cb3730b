package org.maskwright.datasets.videofile;

import java.io.Closeable;
import java.io.IOException;

/**
 * Writes a video file frame by frame.
 *
 * <p><b>Lifecycle</b> the file is whole after {@link #finish}; closed by who started it.
 */
public interface VideoWriter extends Closeable {
  /**
   * Writes the next frame.
   *
   * @param frame of any size: it is scaled to the file's; later than the one before
   */
  void write(VideoFrame frame) throws IOException;

  /** Writes what the encoder still holds, and the file's end. */
  void finish() throws IOException;
}
