package org.maskwright.datasets.mask;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/**
 * A binary mask of {@code height x width} pixels as the lengths of its runs over the pixels in
 * <b>column-major</b> order (pixel (x, y) is number {@code x * height + y}), alternating background
 * and foreground and starting with background, so that the first length may be 0. This is COCO's
 * RLE; JSON's {@code size} is [height, width].
 *
 * <p>Differs from the official implementation on bad input only: lengths that are negative or do
 * not add up to the size are refused here (there they are read past the buffer, or never end), and
 * runs of length 0 in the middle never stop a merge.
 *
 * <p><b>Threads</b> Immutable.
 *
 * <p><b>Source</b> pycocotools maskApi.c; rules re-derived, {@code MaskConformanceTest} compares
 * the results.
 */
public final class Rle {
  private final int height;
  private final int width;
  private final int[] counts;

  private Rle(int height, int width, int[] counts) {
    this.height = height;
    this.width = width;
    this.counts = counts;
  }

  /**
   * A mask from uncompressed run lengths.
   *
   * @throws IllegalArgumentException if the size is not positive, a length is negative, or they do
   *     not add up to height * width
   */
  public static Rle ofCounts(int height, int width, int[] counts) {
    return ofCounts(height, width, counts, 0, counts.length);
  }

  /** As {@link #ofCounts(int, int, int[])} for {@code length} values of an array. */
  public static Rle ofCounts(int height, int width, int[] counts, int from, int length) {
    int pixels = checkedPixels(height, width);
    int[] copy = Arrays.copyOfRange(counts, from, from + length);
    long sum = 0;
    for (int count : copy) {
      if (count < 0) {
        throw new IllegalArgumentException("RLE: run length " + count + " is negative");
      }
      sum += count;
    }
    if (sum != pixels) {
      throw wrongSum(height, width, sum);
    }
    return new Rle(height, width, copy);
  }

  /**
   * A mask from COCO's compressed string.
   *
   * @throws IllegalArgumentException if a character is outside '0'..'o', the string ends inside a
   *     number, or the lengths do not fit
   */
  public static Rle ofString(int height, int width, CharSequence compressed) {
    byte[] bytes = new byte[compressed.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = compressed.charAt(i);
      bytes[i] = (byte) (c < 128 ? c : 127);
    }
    return ofString(height, width, bytes, 0, bytes.length);
  }

  /** As {@link #ofString(int, int, CharSequence)} for ASCII bytes. */
  public static Rle ofString(int height, int width, byte[] compressed, int from, int length) {
    int pixels = checkedPixels(height, width);
    return new Rle(
        height, width, RleString.decode(compressed, from, length, height, width, pixels));
  }

  /**
   * The area of {@link #ofString(int, int, byte[], int, int)}'s mask, which is not made; the same
   * strings are refused.
   */
  public static long areaOfString(int height, int width, byte[] compressed, int from, int length) {
    int pixels = checkedPixels(height, width);
    return RleString.area(compressed, from, length, height, width, pixels);
  }

  /** The mask of the non-zero pixels of a row-major bitmap. */
  public static Rle ofBitmap(byte[] rowMajor, int height, int width) {
    checkLength(rowMajor.length, checkedPixels(height, width), height, width);
    RunWriter runs = new RunWriter();
    for (int x = 0; x < width; x++) {
      for (int i = x; i < rowMajor.length; i += width) {
        runs.pixel(rowMajor[i] != 0);
      }
    }
    return new Rle(height, width, runs.finish());
  }

  /** The mask of the pixels of a row-major label map that equal {@code label}. */
  public static Rle ofLabel(int[] rowMajor, int height, int width, int label) {
    checkLength(rowMajor.length, checkedPixels(height, width), height, width);
    RunWriter runs = new RunWriter();
    for (int x = 0; x < width; x++) {
      for (int i = x; i < rowMajor.length; i += width) {
        runs.pixel(rowMajor[i] == label);
      }
    }
    return new Rle(height, width, runs.finish());
  }

  /** The masks of all labels of a row-major label map, by rising label, from one pass over it. */
  public static SortedMap<Integer, Rle> ofLabels(int[] rowMajor, int height, int width) {
    checkLength(rowMajor.length, checkedPixels(height, width), height, width);
    return RleWindow.ofLabels(rowMajor, height, width);
  }

  /** A mask without a pixel. */
  public static Rle empty(int height, int width) {
    return new Rle(height, width, new int[] {checkedPixels(height, width)});
  }

  /** Takes over {@code counts}, which must be right already. */
  static Rle trusted(int height, int width, int[] counts) {
    return new Rle(height, width, counts);
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** A copy of the run lengths. */
  public int[] counts() {
    return counts.clone();
  }

  /** The number of run lengths, which is what the mask takes of memory: four bytes for each. */
  public int runs() {
    return counts.length;
  }

  int[] rawCounts() {
    return counts;
  }

  /** The number of foreground pixels. */
  public long area() {
    long area = 0;
    for (int i = 1; i < counts.length; i += 2) {
      area += counts[i];
    }
    return area;
  }

  /**
   * The smallest box around the foreground, {@link Box#EMPTY} without any. A run that reaches into
   * another column touches the bottom and the top.
   */
  public Box box() {
    int start = 0;
    int minX = Integer.MAX_VALUE;
    int maxX = -1;
    int minY = Integer.MAX_VALUE;
    int maxY = -1;
    int lastColumn = 0;
    for (int i = 0; i + 1 < counts.length; i += 2) {
      int begin = start + counts[i];
      int end = begin + counts[i + 1];
      start = end;
      if (begin == end) {
        continue;
      }
      // Most runs lie in the column of the run before or in the next one.
      int firstX = begin < (lastColumn + 2) * (long) height ? lastColumn : begin / height;
      firstX += begin >= (firstX + 1) * (long) height ? 1 : 0;
      int lastX = end <= (firstX + 1) * (long) height ? firstX : (end - 1) / height;
      lastColumn = lastX;
      minX = Math.min(minX, firstX);
      maxX = lastX;
      if (firstX < lastX) {
        minY = 0;
        maxY = height - 1;
      } else {
        minY = Math.min(minY, begin - firstX * height);
        maxY = Math.max(maxY, end - 1 - lastX * height);
      }
    }
    return maxX < 0 ? Box.EMPTY : new Box(minX, minY, maxX - minX + 1, maxY - minY + 1);
  }

  /** COCO's compressed string, the inverse of {@link #ofString(int, int, CharSequence)}. */
  public String toCompressedString() {
    return RleString.encode(counts);
  }

  /** The mask as a row-major bitmap of 0 and 1, [height * width]. */
  public byte[] toBitmap() {
    byte[] bitmap = new byte[height * width];
    forEachRun(
        (x, y0, y1) -> {
          for (int i = y0 * width + x, end = y1 * width + x; i < end; i += width) {
            bitmap[i] = 1;
          }
        });
    return bitmap;
  }

  /**
   * Writes {@code value} into the foreground pixels of a row-major label map of this mask's size.
   */
  public void paint(int[] rowMajor, int value) {
    checkLength(rowMajor.length, height * width, height, width);
    paintRows(rowMajor, 0, value);
  }

  /**
   * As {@link #paint} for some rows of the map.
   *
   * @param rows row-major, [rows * width]; beyond the last row of this mask nothing is written
   * @param first the first of the rows
   * @throws IllegalArgumentException if they are no whole rows
   */
  public void paintRows(int[] rows, int first, int value) {
    if (rows.length % width != 0) {
      throw new IllegalArgumentException(
          "rows of " + rows.length + " pixels, expected a multiple of " + width);
    }
    int count = rows.length / width;
    forEachRun(
        (x, y0, y1) -> {
          int end = Math.min(y1 - first, count) * width + x;
          for (int i = Math.max(y0 - first, 0) * width + x; i < end; i += width) {
            rows[i] = value;
          }
        });
  }

  /**
   * Calls {@code visitor} for every vertical piece of foreground, split at column ends, left to
   * right and top to bottom.
   */
  public void forEachRun(RunVisitor visitor) {
    int start = 0;
    for (int i = 0; i < counts.length; i++) {
      int end = start + counts[i];
      if ((i & 1) == 1) {
        while (start < end) {
          int x = start / height;
          int columnEnd = Math.min(end, x * height + height);
          visitor.run(x, start - x * height, columnEnd - x * height);
          start = columnEnd;
        }
      }
      start = end;
    }
  }

  /** Receives foreground pixels (x, y0) to (x, y1 - 1). */
  @FunctionalInterface
  public interface RunVisitor {
    void run(int x, int y0, int y1);
  }

  /**
   * The part of this mask in a rectangle, as a mask of the rectangle's size.
   *
   * @param x the rectangle's first column
   * @param y the rectangle's first row
   * @throws IllegalArgumentException if the rectangle reaches beyond the mask
   */
  public Rle cut(int x, int y, int newHeight, int newWidth) {
    return RleWindow.cut(this, x, y, newHeight, newWidth);
  }

  /**
   * This mask as a part of a larger one: the inverse of {@link #cut}.
   *
   * @param x the column of the larger mask where this one begins
   * @param y the row of the larger mask where this one begins
   * @throws IllegalArgumentException if this mask would reach beyond the larger one
   */
  public Rle placed(int x, int y, int newHeight, int newWidth) {
    return RleWindow.placed(this, x, y, newHeight, newWidth);
  }

  /** This mask at another size, by the nearest pixel. */
  public Rle sampled(int newHeight, int newWidth) {
    return RleWindow.sampled(this, newHeight, newWidth);
  }

  /** The pixels of any of the masks. One mask comes back as it is. */
  public static Rle union(List<Rle> masks) {
    return RleOverlap.union(masks);
  }

  /** The pixels of all of the masks. One mask comes back as it is. */
  public static Rle intersection(List<Rle> masks) {
    return RleOverlap.intersection(masks);
  }

  /**
   * Intersection over union; 0 if the boxes do not meet, else -1 if the sizes differ (the official
   * convention).
   */
  public double iou(Rle groundTruth) {
    double boxIou = box().iou(groundTruth.box());
    return boxIou > 0 ? maskIou(groundTruth, area(), groundTruth.area()) : 0;
  }

  /**
   * Intersection over this mask's own area, for a ground truth that is a crowd; sizes as in {@link
   * #iou}.
   */
  public double iouWithCrowd(Rle crowd) {
    double boxIou = box().iouWithCrowd(crowd.box());
    if (!(boxIou > 0)) {
      return 0;
    }
    if (height != crowd.height || width != crowd.width) {
      return -1;
    }
    long overlap = RleOverlap.intersectionArea(counts, crowd.counts);
    return overlap == 0 ? 0 : (double) overlap / area();
  }

  /** The IoU when the boxes are known to meet and both areas are known. */
  double maskIou(Rle other, long area, long otherArea) {
    if (height != other.height || width != other.width) {
      return -1;
    }
    long overlap = RleOverlap.intersectionArea(counts, other.counts);
    return overlap == 0 ? 0 : (double) overlap / (area + otherArea - overlap);
  }

  /**
   * The number of pixels two masks share.
   *
   * @throws IllegalArgumentException if the sizes differ
   */
  public long intersectionArea(Rle other) {
    if (height != other.height || width != other.width) {
      throw new IllegalArgumentException(
          "masks of different sizes: " + describeSize(this) + " and " + describeSize(other));
    }
    return RleOverlap.intersectionArea(counts, other.counts);
  }

  static String describeSize(Rle mask) {
    return "[" + mask.height + ", " + mask.width + "]";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Rle mask
        && mask.height == height
        && mask.width == width
        && Arrays.equals(mask.counts, counts);
  }

  @Override
  public int hashCode() {
    return (height * 31 + width) * 31 + Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return "Rle" + describeSize(this) + " " + toCompressedString();
  }

  static int checkedPixels(int height, int width) {
    long pixels = (long) height * width;
    if (height < 1 || width < 1 || pixels > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "mask size [" + height + ", " + width + "]: expected 1 to 2^31 - 1 pixels");
    }
    return (int) pixels;
  }

  static IllegalArgumentException wrongSum(int height, int width, long sum) {
    return new IllegalArgumentException(
        "RLE: run lengths add up to "
            + sum
            + ", expected "
            + (long) height * width
            + " for size ["
            + height
            + ", "
            + width
            + "]");
  }

  private static void checkLength(int length, int pixels, int height, int width) {
    if (length != pixels) {
      throw new IllegalArgumentException(
          "bitmap of " + length + " pixels, expected " + height + " x " + width);
    }
  }
}
