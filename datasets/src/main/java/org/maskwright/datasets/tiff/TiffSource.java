package org.maskwright.datasets.tiff;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Where the bytes of a TIFF are. */
interface TiffSource extends AutoCloseable {
  /** Bytes of all of it. */
  long size() throws IOException;

  /**
   * Some of them, as many as there is room for or come at once.
   *
   * @return how many; -1 at the end
   */
  int read(ByteBuffer into, long at) throws IOException;

  @Override
  void close() throws IOException;

  /** Those of a file, which is closed with it. */
  static TiffSource of(FileChannel file) {
    return new TiffSource() {
      @Override
      public long size() throws IOException {
        return file.size();
      }

      @Override
      public int read(ByteBuffer into, long at) throws IOException {
        return file.read(into, at);
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }

  /** Those in memory. */
  static TiffSource of(byte[] bytes) {
    return new TiffSource() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public int read(ByteBuffer into, long at) {
        if (at >= bytes.length) {
          return -1;
        }
        int length = (int) Math.min(into.remaining(), bytes.length - at);
        into.put(bytes, (int) at, length);
        return length;
      }

      @Override
      public void close() {}
    };
  }
}
