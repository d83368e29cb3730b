package org.maskwright.trainer.format;

import java.io.IOException;

/** Writes predictions in one format, image by image. */
public interface FormatWriter {
  /** Writes those of an image. */
  void add(PredictedImage image) throws IOException;

  /** Writes what comes after the last image; the files themselves are ended by who gave them. */
  default void end() throws IOException {}
}
