package org.maskwright.modelzoo.weights;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A pickle's bytes as a stream that can say how much is left, so that no length is believed unseen.
 */
final class PickleInput extends InputStream {
  private final ByteBuffer bytes;

  PickleInput(ByteBuffer bytes) {
    this.bytes = bytes.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public int read() {
    return bytes.hasRemaining() ? Byte.toUnsignedInt(bytes.get()) : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (!bytes.hasRemaining()) {
      return -1;
    }
    int count = Math.min(length, bytes.remaining());
    bytes.get(target, offset, count);
    return count;
  }

  int position() {
    return bytes.position();
  }

  int size() {
    return bytes.limit();
  }

  /** Checks that a length field of so many bytes and the content it announces are all there. */
  void requireCounted(int lengthBytes) {
    require(lengthBytes);
    require(lengthBytes + length(lengthBytes));
  }

  /**
   * Reads a length field of so many bytes, then returns the content it announces without a copy.
   */
  ByteBuffer sliceCounted(int lengthBytes) {
    requireCounted(lengthBytes);
    int length = (int) length(lengthBytes);
    ByteBuffer slice = bytes.slice(bytes.position() + lengthBytes, length);
    bytes.position(bytes.position() + lengthBytes + length);
    return slice;
  }

  private long length(int lengthBytes) {
    int at = bytes.position();
    long length =
        switch (lengthBytes) {
          case 1 -> Byte.toUnsignedLong(bytes.get(at));
          case Integer.BYTES -> Integer.toUnsignedLong(bytes.getInt(at));
          default -> bytes.getLong(at);
        };
    if (length < 0 || length > bytes.remaining()) {
      throw new CheckpointException(
          "the pickle announces %s bytes at byte %d, but only %d are left; it is truncated"
              .formatted(Long.toUnsignedString(length), at, bytes.remaining()));
    }
    return length;
  }

  /** The next line, without its end. */
  String line(int maxLength) {
    int length = requireLine(maxLength);
    byte[] text = new byte[length];
    bytes.get(text);
    bytes.get();
    return new String(text, StandardCharsets.UTF_8);
  }

  /** Checks that a line ends within so many bytes; returns its length. */
  int requireLine(int maxLength) {
    int start = bytes.position();
    for (int i = start; i < bytes.limit() && i - start <= maxLength; i++) {
      if (bytes.get(i) == '\n') {
        return i - start;
      }
    }
    throw new CheckpointException(
        "the pickle has no end of line within %d bytes of byte %d".formatted(maxLength, start));
  }

  private void require(long count) {
    if (count > bytes.remaining()) {
      throw new CheckpointException(
          "the pickle ends at byte %d, %d bytes too early"
              .formatted(bytes.limit(), count - bytes.remaining()));
    }
  }
}
