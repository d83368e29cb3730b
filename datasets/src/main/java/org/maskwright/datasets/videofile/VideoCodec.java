package org.maskwright.datasets.videofile;

import java.io.IOException;
import java.nio.file.Path;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Size;
import org.maskwright.settings.Named;

/**
 * A library that reads and writes video files.
 *
 * <p>A codec is a class with a public constructor without arguments, named in {@code
 * META-INF/services/org.maskwright.datasets.videofile.VideoCodec}; {@link VideoFiles} takes the
 * first.
 *
 * <p><b>Threads</b> A codec keeps no state; a reader or writer is for one thread at a time.
 */
public interface VideoCodec extends Named {
  /**
   * Opens a file.
   *
   * @return to be closed by the caller
   * @throws DatasetException if it is missing or no video, or the library cannot be loaded
   */
  VideoReader open(Path file);

  /**
   * Starts a file.
   *
   * @param file is overwritten
   * @param size of its frames; where the encoding cannot have such a size, the nearest that it can
   * @param framesPerSecond about, from which the bits a second are reckoned; each frame has its own
   *     time
   * @return to be closed by the caller
   * @throws IOException if it cannot be written
   * @throws DatasetException if the library cannot be loaded, or cannot encode
   */
  VideoWriter create(Path file, Size size, double framesPerSecond) throws IOException;
}
