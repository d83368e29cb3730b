package org.maskwright.datasets.annotation;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.maskwright.datasets.json.Segmentation;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

/** Coordinates and masks in JSON; numbers are whole where they can be. */
public final class JsonNumbers {
  private JsonNumbers() {}

  /** An array of the points of a ring, {@code [[x, y], ...]}, each times a scale. */
  public static void points(JsonGenerator json, double[] ring, double scaleX, double scaleY)
      throws IOException {
    json.writeStartArray();
    for (int i = 0; i < ring.length; i += 2) {
      json.writeStartArray();
      number(json, ring[i] * scaleX);
      number(json, ring[i + 1] * scaleY);
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  /** COCO's {@code "bbox": [x, y, width, height]}. */
  public static void box(JsonGenerator json, Box box) throws IOException {
    json.writeFieldName("bbox");
    array(json, box.x(), box.y(), box.width(), box.height());
  }

  /** COCO's {@code "segmentation": {"size": [height, width], "counts": compressed run lengths}}. */
  public static void segmentation(JsonGenerator json, Rle mask) throws IOException {
    json.writeFieldName("segmentation");
    runs(json, mask);
  }

  /** COCO's {@code "segmentation"} as it is: polygons, or run lengths. */
  public static void segmentation(JsonGenerator json, Segmentation drawn) throws IOException {
    json.writeFieldName("segmentation");
    if (drawn.isPolygons()) {
      json.writeStartArray();
      for (double[] ring : drawn.polygons()) {
        array(json, ring);
      }
      json.writeEndArray();
    } else {
      runs(json, drawn.height(), drawn.width(), drawn.compressedCounts());
    }
  }

  /** {@code {"size": [height, width], "counts": compressed run lengths}}. */
  public static void runs(JsonGenerator json, Rle mask) throws IOException {
    runs(json, mask.height(), mask.width(), mask.toCompressedString());
  }

  private static void runs(JsonGenerator json, int height, int width, String counts)
      throws IOException {
    json.writeStartObject();
    json.writeFieldName("size");
    array(json, height, width);
    json.writeStringField("counts", counts);
    json.writeEndObject();
  }

  /** {@code "color": [red, green, blue]}. */
  public static void color(JsonGenerator json, int rgb) throws IOException {
    json.writeFieldName("color");
    array(json, rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
  }

  /** An array of numbers. */
  public static void array(JsonGenerator json, double... values) throws IOException {
    json.writeStartArray();
    for (double value : values) {
      number(json, value);
    }
    json.writeEndArray();
  }

  private static void number(JsonGenerator json, double value) throws IOException {
    if (value == Math.rint(value) && Math.abs(value) < Integer.MAX_VALUE) {
      json.writeNumber((int) value);
    } else {
      json.writeNumber(value);
    }
  }
}
