package org.maskwright.datasets.json;

import java.io.IOException;
import java.util.Arrays;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.PointLabels;

/**
 * PointSup's fields of an annotation: {@code point_coords} [[x, y], ...] of pixels, counted from 0,
 * {@code point_labels} [0 | 1, ...], and, if points do not count alike, {@code point_weights}.
 */
final class PointFields {
  private static final double CENTRE = 0.5;

  private static final double[] NONE = {};

  private double[] xy = NONE;
  private double[] labels = NONE;
  private double[] weights;

  void coordinates(JsonFile json) throws IOException {
    if (json.isNull()) {
      return;
    }
    double[] found = new double[32];
    int size = 0;
    json.startArray("point_coords");
    while (json.nextElement()) {
      json.startArray("point_coords' point");
      int start = size;
      while (json.nextElement()) {
        if (size == found.length) {
          found = Arrays.copyOf(found, 2 * size);
        }
        found[size++] = json.number("point_coords") + CENTRE;
      }
      if (size - start != 2) {
        throw json.error(
            "point_coords: expected points [x, y], got %d numbers".formatted(size - start));
      }
    }
    xy = Arrays.copyOf(found, size);
  }

  void labels(JsonFile json) throws IOException {
    labels = json.isNull() ? labels : numbers(json, "point_labels");
    for (double label : labels) {
      if (label != 0 && label != 1) {
        throw json.error("point_labels: expected 1 (inside) or 0 (outside), got " + label);
      }
    }
  }

  void weights(JsonFile json) throws IOException {
    weights = json.isNull() ? null : numbers(json, "point_weights");
  }

  private static double[] numbers(JsonFile json, String field) throws IOException {
    double[] found = new double[16];
    int size = 0;
    json.startArray(field);
    while (json.nextElement()) {
      if (size == found.length) {
        found = Arrays.copyOf(found, 2 * size);
      }
      found[size++] = json.number(field);
    }
    return Arrays.copyOf(found, size);
  }

  /**
   * The points.
   *
   * @throws DatasetException if there are not as many labels as points
   */
  PointLabels labelled() {
    if (labels.length == 0 && xy.length == 0) {
      return PointLabels.NONE;
    }
    if (2 * labels.length != xy.length || weights != null && weights.length != labels.length) {
      throw new DatasetException(
          "expected a label for each point, got %d point_coords, %d point_labels%s"
              .formatted(
                  xy.length / 2,
                  labels.length,
                  weights == null ? "" : " and " + weights.length + " point_weights"));
    }
    boolean[] inside = new boolean[labels.length];
    float[] counted = new float[labels.length];
    for (int p = 0; p < labels.length; p++) {
      inside[p] = labels[p] == 1;
      counted[p] = weights == null ? 1 : (float) weights[p];
    }
    try {
      return PointLabels.of(xy, inside, counted);
    } catch (IllegalArgumentException e) {
      throw new DatasetException(e.getMessage(), e);
    }
  }
}
