package org.maskwright.datasets.json;

import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

/** As {@link SegmentationReader}, with a {@link JsonScanner}. */
final class SegmentationScanner {
  private static final JsonKeys KEYS = new JsonKeys(List.of("size", "counts"));

  private double[] numbers = new double[256];
  private int[] lengths = new int[8];
  private int[] counts = new int[256];

  /** [x, y, width, height]; null for null or an empty list. */
  Box box(JsonScanner in) throws Unusual {
    if (in.isNull()) {
      in.word("null");
      return null;
    }
    int size = 0;
    for (boolean more = in.firstElement(); more; more = in.nextElement()) {
      double least = size < 2 ? Double.NEGATIVE_INFINITY : 0;
      if (size == 4) {
        throw Unusual.VALUE;
      }
      numbers[size++] = in.number(least, Double.POSITIVE_INFINITY);
    }
    if (size == 0) {
      return null;
    }
    if (size != 4) {
      throw Unusual.VALUE;
    }
    return new Box(numbers[0], numbers[1], numbers[2], numbers[3]);
  }

  /** A list of polygons or an object of run lengths; null for null. */
  Segmentation segmentation(JsonScanner in) throws Unusual {
    if (in.isNull()) {
      in.word("null");
      return null;
    }
    return in.peek() == '{' ? runs(in) : polygons(in);
  }

  private Segmentation polygons(JsonScanner in) throws Unusual {
    int parts = 0;
    int size = 0;
    for (boolean more = in.firstElement(); more; more = in.nextElement()) {
      int start = size;
      for (boolean next = in.firstElement(); next; next = in.nextElement()) {
        if (size == numbers.length) {
          numbers = Arrays.copyOf(numbers, size * 2);
        }
        numbers[size++] = in.number();
      }
      if (parts == lengths.length) {
        lengths = Arrays.copyOf(lengths, parts * 2);
      }
      lengths[parts++] = size - start;
    }
    return Segmentation.ofPolygons(numbers, lengths, parts);
  }

  private Segmentation runs(JsonScanner in) throws Unusual {
    int height = 0;
    int width = 0;
    byte[] text = null;
    int runs = -1;
    for (String key = in.firstKey(KEYS); key != null; key = in.nextKey(KEYS)) {
      switch (key) {
        case "size" -> {
          int sides = 0;
          for (boolean more = in.firstElement(); more; more = in.nextElement()) {
            int side = (int) in.integer(1, SegmentationReader.MAX_SIDE);
            height = sides == 0 ? side : height;
            width = sides == 1 ? side : width;
            sides++;
          }
          if (sides != 2) {
            throw Unusual.VALUE;
          }
        }
        case "counts" -> {
          if (in.peek() == '[') {
            runs = counts(in);
          } else {
            text = in.text();
          }
        }
        default -> in.skip();
      }
    }
    if (height == 0 || (text == null && runs < 0)) {
      throw Unusual.VALUE;
    }
    if (text != null) {
      return Segmentation.ofBytes(height, width, text);
    }
    try {
      return Segmentation.ofRle(Rle.ofCounts(height, width, counts, 0, runs));
    } catch (IllegalArgumentException e) {
      throw Unusual.VALUE;
    }
  }

  private int counts(JsonScanner in) throws Unusual {
    int size = 0;
    for (boolean more = in.firstElement(); more; more = in.nextElement()) {
      if (size == counts.length) {
        counts = Arrays.copyOf(counts, size * 2);
      }
      counts[size++] = (int) in.integer(0, Integer.MAX_VALUE);
    }
    return size;
  }
}
