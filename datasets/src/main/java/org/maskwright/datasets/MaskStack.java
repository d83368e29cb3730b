package org.maskwright.datasets;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * N binary masks of one size, one bit a pixel: an eighth of the memory of bytes, so that a batch of
 * crowded images stays small until the engine takes it.
 *
 * <p><b>Shapes</b> [N,H,W]; each row begins at a 64-bit word, so a mask is H * ceil(W / 64) words,
 * lowest bit first.
 *
 * <p><b>Thread safety</b> None while it is written.
 */
public final class MaskStack {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** SPREAD[b] has the byte k equal to bit k of b. */
  private static final long[] SPREAD = spread();

  private final int count;
  private final int height;
  private final int width;
  private final int rowWords;
  private final long[][] masks;

  /**
   * N empty masks.
   *
   * @throws IllegalArgumentException if the count is negative, or a mask has no pixel
   */
  public MaskStack(int count, int height, int width) {
    this(height, width, new long[notNegative(count)][]);
    for (int n = 0; n < count; n++) {
      masks[n] = new long[Math.multiplyExact(rowWords, height)];
    }
  }

  private MaskStack(int height, int width, long[][] masks) {
    if (height <= 0 || width <= 0) {
      throw new IllegalArgumentException(
          "masks: expected a size > 0, got " + width + " x " + height);
    }
    this.count = masks.length;
    this.height = height;
    this.width = width;
    this.rowWords = (width + 63) >>> 6;
    this.masks = masks;
  }

  private static int notNegative(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("masks: expected a count >= 0, got " + count);
    }
    return count;
  }

  private static long[] spread() {
    long[] table = new long[256];
    for (int b = 0; b < 256; b++) {
      for (int bit = 0; bit < 8; bit++) {
        table[b] |= (long) (b >> bit & 1) << (8 * bit);
      }
    }
    return table;
  }

  /** N, the number of masks. */
  public int count() {
    return count;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** Words in a row of a mask. */
  public int rowWords() {
    return rowWords;
  }

  /**
   * The words of mask {@code n}, row by row; the stack's own array. Bits beyond the width are 0.
   */
  public long[] words(int n) {
    return masks[n];
  }

  /** Whether pixel (x, y) of mask {@code n} is set. */
  public boolean get(int n, int y, int x) {
    return (masks[n][y * rowWords + (x >> 6)] >>> x & 1L) != 0;
  }

  /** Sets pixel (x, y) of mask {@code n}. */
  public void set(int n, int y, int x) {
    masks[n][y * rowWords + (x >> 6)] |= 1L << x;
  }

  /** Sets the pixels (fromX, y) to (toX - 1, y) of mask {@code n}. */
  public void setRow(int n, int y, int fromX, int toX) {
    if (fromX >= toX) {
      return;
    }
    long[] words = masks[n];
    int row = y * rowWords;
    int first = row + (fromX >> 6);
    int last = row + ((toX - 1) >> 6);
    long head = -1L << fromX;
    long tail = -1L >>> -toX;
    if (first == last) {
      words[first] |= head & tail;
      return;
    }
    words[first] |= head;
    for (int i = first + 1; i < last; i++) {
      words[i] = -1L;
    }
    words[last] |= tail;
  }

  /** Sets the pixels (x, fromY) to (x, toY - 1) of mask {@code n}. */
  public void setColumn(int n, int x, int fromY, int toY) {
    long[] words = masks[n];
    long bit = 1L << x;
    int end = toY * rowWords + (x >> 6);
    for (int i = fromY * rowWords + (x >> 6); i < end; i += rowWords) {
      words[i] |= bit;
    }
  }

  /** Makes row {@code to} of mask {@code n} equal to row {@code from}. */
  public void copyRow(int n, int from, int to) {
    System.arraycopy(masks[n], from * rowWords, masks[n], to * rowWords, rowWords);
  }

  /** The number of set pixels of mask {@code n}. */
  public long area(int n) {
    long area = 0;
    for (long word : masks[n]) {
      area += Long.bitCount(word);
    }
    return area;
  }

  /** Whether no pixel of mask {@code n} is set. */
  public boolean isEmpty(int n) {
    for (long word : masks[n]) {
      if (word != 0) {
        return false;
      }
    }
    return true;
  }

  /** The masks at {@code indices}, sharing memory with this stack. */
  public MaskStack select(int... indices) {
    long[][] selected = new long[indices.length][];
    for (int i = 0; i < indices.length; i++) {
      selected[i] = masks[indices[i]];
    }
    return new MaskStack(height, width, selected);
  }

  /**
   * Writes mask {@code n} as bytes 0 and 1, [H,W], beginning at {@code target[offset]}.
   *
   * @throws IndexOutOfBoundsException if {@code target} is too short
   */
  public void unpack(int n, byte[] target, int offset) {
    unpack(n, target, offset, width);
  }

  /** As {@link #unpack(int, byte[], int)}, with the rows {@code rowStride} bytes apart. */
  public void unpack(int n, byte[] target, int offset, int rowStride) {
    long[] words = masks[n];
    for (int y = 0; y < height; y++) {
      int at = offset + y * rowStride;
      int x = 0;
      int row = y * rowWords;
      for (; x + 8 <= width; x += 8) {
        int bits = (int) (words[row + (x >> 6)] >>> x & 0xFF);
        LONGS.set(target, at + x, SPREAD[bits]);
      }
      for (; x < width; x++) {
        target[at + x] = (byte) (words[row + (x >> 6)] >>> x & 1L);
      }
    }
  }

  /** All masks as bytes 0 and 1, [N,H,W]. */
  public byte[] toBytes() {
    long plane = (long) height * width;
    byte[] bytes = new byte[Math.toIntExact(Math.multiplyExact(plane, (long) count))];
    for (int n = 0; n < count; n++) {
      unpack(n, bytes, (int) (n * plane));
    }
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MaskStack that
        && height == that.height
        && width == that.width
        && Arrays.deepEquals(masks, that.masks);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(masks);
  }

  @Override
  public String toString() {
    return "MaskStack[" + count + "," + height + "," + width + "]";
  }
}
