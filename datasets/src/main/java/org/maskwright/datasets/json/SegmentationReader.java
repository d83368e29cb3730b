package org.maskwright.datasets.json;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

/** Reads segmentations and boxes; its buffers serve one annotation after the other. */
final class SegmentationReader {
  /** The longest side an image or mask may have. */
  static final int MAX_SIDE = 1 << 20;

  private final JsonFile json;
  private double[] numbers = new double[256];
  private int[] lengths = new int[8];
  private int[] counts = new int[256];

  SegmentationReader(JsonFile json) {
    this.json = json;
  }

  /** [x, y, width, height]; null for null or an empty list. */
  Box box() throws IOException {
    if (json.isNull()) {
      return null;
    }
    json.startArray("bbox");
    int size = 0;
    while (json.nextElement()) {
      if (size == 4) {
        throw json.error("bbox: expected 4 numbers, got more");
      }
      numbers[size++] = json.number("bbox");
    }
    if (size == 0) {
      return null;
    }
    if (size != 4) {
      throw json.error("bbox: expected 4 numbers, got " + size);
    }
    if (numbers[2] < 0 || numbers[3] < 0) {
      throw json.error(
          "bbox: expected a width and height of at least 0, got "
              + numbers[2]
              + " x "
              + numbers[3]);
    }
    return new Box(numbers[0], numbers[1], numbers[2], numbers[3]);
  }

  /** A list of polygons or an object of run lengths; null for null. */
  Segmentation segmentation() throws IOException {
    if (json.isNull()) {
      return null;
    }
    return json.parser.currentToken() == JsonToken.START_OBJECT ? runs() : polygons();
  }

  private Segmentation polygons() throws IOException {
    json.startArray("segmentation");
    int parts = 0;
    int size = 0;
    while (json.nextElement()) {
      json.startArray("segmentation's polygon");
      int start = size;
      while (json.nextElement()) {
        if (size == numbers.length) {
          numbers = Arrays.copyOf(numbers, size * 2);
        }
        numbers[size++] = json.number("polygon");
      }
      if (parts == lengths.length) {
        lengths = Arrays.copyOf(lengths, parts * 2);
      }
      lengths[parts++] = size - start;
    }
    return Segmentation.ofPolygons(numbers, lengths, parts);
  }

  private Segmentation runs() throws IOException {
    int height = 0;
    int width = 0;
    byte[] text = null;
    int runs = -1;
    for (String key = json.nextKey(); key != null; key = json.nextKey()) {
      switch (key) {
        case "size" -> {
          json.startArray("size");
          int sides = 0;
          while (json.nextElement()) {
            int side = json.integer("size", 1, MAX_SIDE);
            height = sides == 0 ? side : height;
            width = sides == 1 ? side : width;
            sides++;
          }
          if (sides != 2) {
            throw json.error("size: expected [height, width], got " + sides + " numbers");
          }
        }
        case "counts" -> {
          if (json.parser.currentToken() == JsonToken.START_ARRAY) {
            runs = counts();
          } else {
            text = json.bytes("counts");
          }
        }
        default -> json.skip();
      }
    }
    if (height == 0 || (text == null && runs < 0)) {
      throw json.error("segmentation: expected \"size\" and \"counts\"");
    }
    if (text != null) {
      return Segmentation.ofBytes(height, width, text);
    }
    try {
      return Segmentation.ofRle(Rle.ofCounts(height, width, counts, 0, runs));
    } catch (IllegalArgumentException e) {
      throw json.error(e.getMessage());
    }
  }

  private int counts() throws IOException {
    int size = 0;
    while (json.nextElement()) {
      if (size == counts.length) {
        counts = Arrays.copyOf(counts, size * 2);
      }
      counts[size++] = json.integer("counts", 0, Integer.MAX_VALUE);
    }
    return size;
  }
}
