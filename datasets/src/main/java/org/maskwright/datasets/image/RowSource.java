package org.maskwright.datasets.image;

import java.io.Closeable;
import java.io.IOException;
import org.maskwright.datasets.Size;

/** A picture that can only be read from its first row to its last. */
interface RowSource extends Closeable {
  /** As the rows come, before any rotation. */
  Size size();

  /** EXIF's 1 to 8: how rows and columns are to be looked at. */
  int orientation();

  /**
   * Reads all rows; once.
   *
   * @throws org.maskwright.datasets.DatasetException if the file is damaged
   * @throws IOException if it cannot be read
   */
  void read(Rows receiver) throws IOException;

  /** Receives rows in order. */
  @FunctionalInterface
  interface Rows {
    /**
     * The next rows.
     *
     * @param rgb interleaved, overwritten after the call
     * @param length of them, whole rows
     */
    void add(byte[] rgb, int length);
  }
}
