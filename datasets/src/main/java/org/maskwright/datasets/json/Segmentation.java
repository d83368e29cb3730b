package org.maskwright.datasets.json;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;

/**
 * The {@code segmentation} of an annotation: polygons, or run lengths of a size of their own. Kept
 * small, because a data set holds a million of them: run lengths as COCO's string, polygons as
 * differences of hundredths where that is exact (about two bytes a number), as doubles otherwise.
 * Nothing is lost either way.
 *
 * <p><b>Threads</b> Immutable. Whether the content is a mask is checked when it becomes one ({@link
 * #toRle}).
 */
public final class Segmentation {
  private static final double HUNDREDTHS = 100;
  private static final double MAX_EXACT = 1e9;

  private final int height; // of run lengths; 0: polygons in hundredths, -1: polygons in doubles
  private final int width; // of run lengths; the number of parts of polygons
  private final byte[] data;

  private Segmentation(int height, int width, byte[] data) {
    this.height = height;
    this.width = width;
    this.data = data;
  }

  public static Segmentation ofPolygons(List<double[]> parts) {
    int numbers = 0;
    int[] lengths = new int[parts.size()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = parts.get(i).length;
      numbers += lengths[i];
    }
    double[] flat = new double[numbers];
    int at = 0;
    for (double[] part : parts) {
      System.arraycopy(part, 0, flat, at, part.length);
      at += part.length;
    }
    return ofPolygons(flat, lengths, lengths.length);
  }

  static Segmentation ofPolygons(double[] numbers, int[] lengths, int parts) {
    Packer packer = new Packer();
    int at = 0;
    boolean exact = true;
    for (int p = 0; p < parts && exact; p++) {
      packer.number(lengths[p]);
      for (int i = 0; i < lengths[p] && exact; i++, at++) {
        double scaled = Math.rint(numbers[at] * HUNDREDTHS);
        exact = Math.abs(scaled) < MAX_EXACT && scaled / HUNDREDTHS == numbers[at];
        long before = i < 2 ? 0 : (long) Math.rint(numbers[at - 2] * HUNDREDTHS);
        packer.number((long) scaled - before);
      }
    }
    if (exact) {
      return new Segmentation(0, parts, packer.finish());
    }
    int total = 0;
    for (int p = 0; p < parts; p++) {
      total += lengths[p];
    }
    ByteBuffer raw = ByteBuffer.allocate(Math.multiplyExact(8, total) + 4 * parts);
    at = 0;
    for (int p = 0; p < parts; p++) {
      raw.putInt(lengths[p]);
      for (int i = 0; i < lengths[p]; i++) {
        raw.putDouble(numbers[at++]);
      }
    }
    return new Segmentation(-1, parts, raw.array());
  }

  public static Segmentation ofRle(Rle mask) {
    return ofString(mask.height(), mask.width(), mask.toCompressedString());
  }

  /** Run lengths as COCO's compressed string, which is not looked into here. */
  public static Segmentation ofString(int height, int width, String compressed) {
    return ofBytes(height, width, compressed.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What stands in JSON: a list of rings {@code [x, y, ...]}, or compressed run lengths {@code
   * {"size": [height, width], "counts"}}.
   *
   * @throws org.maskwright.datasets.DatasetException if it is neither
   */
  public static Segmentation of(JsonTree drawn) {
    if (drawn.isList()) {
      return ofPolygons(drawn.elements().stream().map(JsonTree::numbers).toList());
    }
    List<JsonTree> size = drawn.get("size").elements();
    if (size.size() != 2) {
      throw drawn.error("size: expected [height, width]");
    }
    int height = size.get(0).integer();
    int width = size.get(1).integer();
    if (height < 1 || width < 1) {
      throw drawn.error("size: expected positive numbers, got [%d, %d]".formatted(height, width));
    }
    return ofString(height, width, drawn.get("counts").text());
  }

  static Segmentation ofBytes(int height, int width, byte[] compressed) {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "mask size [" + height + ", " + width + "]: expected positive numbers");
    }
    return new Segmentation(height, width, compressed);
  }

  /** True for polygons, false for run lengths. */
  public boolean isPolygons() {
    return height <= 0;
  }

  /** Whether it is an empty list of polygons, as tools write it of an object with a box alone. */
  public boolean isEmpty() {
    return isPolygons() && width == 0;
  }

  /** The height of run lengths. */
  public int height() {
    return Math.max(0, height);
  }

  /** The width of run lengths. */
  public int width() {
    return isPolygons() ? 0 : width;
  }

  /** COCO's compressed string of run lengths. */
  public String compressedCounts() {
    if (isPolygons()) {
      throw new IllegalStateException("a segmentation of polygons has no run lengths");
    }
    return new String(data, StandardCharsets.UTF_8);
  }

  /** The parts of a polygon segmentation, each [x0, y0, x1, y1, ...]. */
  public List<double[]> polygons() {
    if (!isPolygons()) {
      throw new IllegalStateException("a segmentation of run lengths has no polygons");
    }
    List<double[]> parts = new ArrayList<>(width);
    ByteBuffer raw = ByteBuffer.wrap(data);
    for (int p = 0; p < width; p++) {
      double[] part = new double[height == 0 ? (int) Packer.number(raw) : raw.getInt()];
      long[] previous = new long[2];
      for (int i = 0; i < part.length; i++) {
        if (height == 0) {
          previous[i & 1] += Packer.number(raw);
          part[i] = previous[i & 1] / HUNDREDTHS;
        } else {
          part[i] = raw.getDouble();
        }
      }
      parts.add(part);
    }
    return parts;
  }

  /**
   * The mask; polygons take the image's size, run lengths have their own.
   *
   * @throws IllegalArgumentException if it is no mask, see {@link Polygons#toRle(List, int, int)}
   *     and {@link Rle#ofString}
   */
  public Rle toRle(int imageHeight, int imageWidth) {
    return isPolygons()
        ? Polygons.toRle(polygons(), imageHeight, imageWidth)
        : Rle.ofString(height, width, data, 0, data.length);
  }

  /** The area of {@link #toRle}'s mask, for which run lengths are not kept. */
  public long area(int imageHeight, int imageWidth) {
    return isPolygons()
        ? toRle(imageHeight, imageWidth).area()
        : Rle.areaOfString(height, width, data, 0, data.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Segmentation segmentation
        && segmentation.height == height
        && segmentation.width == width
        && Arrays.equals(segmentation.data, data);
  }

  @Override
  public int hashCode() {
    return (height * 31 + width) * 31 + Arrays.hashCode(data);
  }

  /** Signed numbers in groups of 7 bits, small ones in one byte. */
  private static final class Packer {
    private byte[] bytes = new byte[64];
    private int size;

    void number(long value) {
      if (size + 10 > bytes.length) {
        bytes = Arrays.copyOf(bytes, bytes.length * 2);
      }
      long rest = (value << 1) ^ (value >> 63);
      while (rest > 0x7f) {
        bytes[size++] = (byte) (rest | 0x80);
        rest >>>= 7;
      }
      bytes[size++] = (byte) rest;
    }

    byte[] finish() {
      return Arrays.copyOf(bytes, size);
    }

    static long number(ByteBuffer bytes) {
      long value = 0;
      int shift = 0;
      byte next;
      do {
        next = bytes.get();
        value |= (long) (next & 0x7f) << shift;
        shift += 7;
      } while (next < 0);
      return (value >>> 1) ^ -(value & 1);
    }
  }
}
