package org.maskwright.modelzoo.weights;

import java.nio.ByteBuffer;
import java.util.function.Supplier;

/** Random access to the bytes of a checkpoint, in a file or nested inside another one. */
interface ByteSource {
  long size();

  /**
   * Bytes [offset, offset + length).
   *
   * @throws CheckpointException if the range leaves the source
   */
  Supplier<ByteBuffer> window(long offset, int length);

  /** A source over these bytes (position to limit). */
  static ByteSource of(ByteBuffer bytes) {
    ByteBuffer all = bytes.slice();
    return new ByteSource() {
      @Override
      public long size() {
        return all.limit();
      }

      @Override
      public Supplier<ByteBuffer> window(long offset, int length) {
        if (offset < 0 || length < 0 || offset > size() - length) {
          throw new CheckpointException(
              "bytes [%d, %d) lie outside the %d bytes of a nested checkpoint"
                  .formatted(offset, offset + length, size()));
        }
        ByteBuffer view = all.slice((int) offset, length);
        return () -> view;
      }
    };
  }
}
