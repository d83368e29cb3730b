package org.maskwright.trainer.result;

import java.io.IOException;
import org.maskwright.datasets.SampleInfo;

/**
 * Writes the results of one kind in its official format, image by image, into {@link ResultFiles}.
 *
 * @param <R> the result of one image
 */
public interface ResultWriter<R> {
  /** Writes the result of an image. */
  void add(SampleInfo image, R result) throws IOException;

  /** Writes what comes after the last image; the files themselves are ended by who gave them. */
  default void end() throws IOException {}
}
