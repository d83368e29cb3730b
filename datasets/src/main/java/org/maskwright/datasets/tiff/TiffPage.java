package org.maskwright.datasets.tiff;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.PixelFormat;
import org.maskwright.datasets.Size;

/**
 * A page of a TIFF: what its pixels are, and in which blocks, strips or tiles, they lie.
 *
 * <p><b>Source</b> TIFF 6.0, sec. 8 (fields), 14 and 18 (predictor, alpha), 15 (tiles), 19 (kinds
 * of numbers).
 */
final class TiffPage {
  private static final int SUBFILE = 254;
  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int BITS = 258;
  private static final int COMPRESSION = 259;
  private static final int PHOTOMETRIC = 262;
  private static final int STRIP_OFFSETS = 273;
  private static final int SAMPLES = 277;
  private static final int ROWS = 278;
  private static final int STRIP_BYTES = 279;
  private static final int PLANAR = 284;
  private static final int PREDICTOR = 317;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_HEIGHT = 323;
  private static final int TILE_OFFSETS = 324;
  private static final int TILE_BYTES = 325;
  private static final int EXTRA = 338;
  private static final int NUMBERS = 339;
  private static final int PALETTE_COLOURS = 3;
  private static final int SEPARATE = 2;

  private final Map<Integer, long[]> tags;
  private final Size size;
  private final PixelFormat format;

  /**
   * @throws DatasetException if a tag is missing or makes no sense
   */
  TiffPage(Map<Integer, long[]> tags) {
    this.tags = tags;
    long width = required(WIDTH);
    long height = required(HEIGHT);
    if (width < 1 || height < 1 || width * height > Integer.MAX_VALUE) {
      throw new DatasetException(
          "image: expected 1 to %d pixels, the header says %d x %d"
              .formatted(Integer.MAX_VALUE, width, height));
    }
    this.size = new Size((int) width, (int) height);
    this.format = pixelFormat();
  }

  private PixelFormat pixelFormat() {
    long[] bits = tags.getOrDefault(BITS, new long[] {1});
    long[] numbers = tags.getOrDefault(NUMBERS, new long[] {1});
    long samples = value(SAMPLES, 1);
    if (samples < 1 || samples > Character.MAX_VALUE || !same(bits) || !same(numbers)) {
      throw new DatasetException(
          "TIFF: expected channels of one depth and kind, got %d of %s bits, kinds %s"
              .formatted(samples, Arrays.toString(bits), Arrays.toString(numbers)));
    }
    if (bits[0] < 1 || bits[0] > Long.SIZE || numbers[0] < 1 || numbers[0] > 4) {
      throw new DatasetException(
          "TIFF: expected whole or floating-point numbers of 8 to 64 bits, got %d bits of kind %d"
              .formatted(bits[0], numbers[0]));
    }
    long[] extra = tags.getOrDefault(EXTRA, new long[0]);
    long last = extra.length == 0 ? 0 : extra[extra.length - 1];
    boolean palette = photometric() == PALETTE_COLOURS && samples == 1;
    return new PixelFormat(
        palette ? 3 : (int) samples,
        (last == 1 || last == 2) && samples > 1,
        (int) bits[0],
        switch ((int) numbers[0]) {
          case 2 -> PixelFormat.Numbers.SIGNED;
          case 3 -> PixelFormat.Numbers.FLOAT;
          default -> PixelFormat.Numbers.UNSIGNED;
        });
  }

  private static boolean same(long[] values) {
    return Arrays.stream(values).allMatch(v -> v == values[0]);
  }

  private long value(int tag, long otherwise) {
    long[] values = tags.get(tag);
    return values == null ? otherwise : values[0];
  }

  private long required(int tag) {
    if (!tags.containsKey(tag)) {
      throw new DatasetException("TIFF: damaged, a page without tag " + tag);
    }
    return tags.get(tag)[0];
  }

  Size size() {
    return size;
  }

  /** What the pixels are; the colours of a palette are three channels. */
  PixelFormat format() {
    return format;
  }

  /** Whether it is a smaller copy of another page, or a mask. */
  boolean isReducedOrMask() {
    return (value(SUBFILE, 0) & 5) != 0;
  }

  /** Whether one channel of two pages may be channels of one picture. */
  boolean isAlike(TiffPage other) {
    return size.equals(other.size) && Objects.equals(format, other.format);
  }

  int photometric() {
    return (int) value(PHOTOMETRIC, 1);
  }

  int compression() {
    return (int) value(COMPRESSION, 1);
  }

  int predictor() {
    return (int) value(PREDICTOR, 1);
  }

  boolean isTiled() {
    return tags.containsKey(TILE_OFFSETS);
  }

  /** Whether each channel has blocks of its own. */
  boolean isPlanar() {
    return value(PLANAR, 1) == SEPARATE && format.channels() > 1;
  }

  /** Columns and rows of a block; the last strip has fewer rows. */
  Size block() {
    long width = isTiled() ? required(TILE_WIDTH) : size.width();
    long height =
        isTiled() ? required(TILE_HEIGHT) : Math.min(value(ROWS, size.height()), size.height());
    if (width < 1 || height < 1 || width * height > Integer.MAX_VALUE) {
      throw new DatasetException("TIFF: damaged, blocks of %d x %d".formatted(width, height));
    }
    return new Size((int) width, (int) height);
  }

  /** Where a block begins in the file, and its bytes there. */
  long[] place(int block) {
    long[] offsets = tags.get(isTiled() ? TILE_OFFSETS : STRIP_OFFSETS);
    long[] bytes = tags.get(isTiled() ? TILE_BYTES : STRIP_BYTES);
    if (offsets == null || block >= offsets.length || (bytes != null && block >= bytes.length)) {
      throw new DatasetException("TIFF: damaged, block " + block + " is nowhere in the file");
    }
    return new long[] {offsets[block], bytes == null ? -1 : bytes[block]};
  }
}
