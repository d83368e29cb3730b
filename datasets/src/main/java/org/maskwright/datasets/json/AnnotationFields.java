package org.maskwright.datasets.json;

import java.io.IOException;
import java.util.List;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.mask.Box;

/** The fields that annotations, detections and panoptic segments share, as they are met. */
final class AnnotationFields {
  /** Beyond this a double no longer counts pixels. */
  private static final double MAX_AREA = 1L << 53;

  private static final List<String> KEYS =
      List.of(
          "id",
          "image_id",
          "category_id",
          "score",
          "area",
          "bbox",
          "iscrowd",
          "ignore",
          "segmentation",
          "point_coords",
          "point_labels",
          "point_weights");

  private static final JsonKeys SCANNED = new JsonKeys(KEYS);

  Long id;
  ImageId imageId;
  Integer categoryId;
  Double score;
  double area = Double.NaN;
  Box box;
  boolean crowd;
  boolean ignore;
  Segmentation segmentation;

  private final PointFields points = new PointFields();
  private int seen;

  void read(JsonFile json, SegmentationReader shapes, String key) throws IOException {
    seen = json.once(seen, KEYS, key);
    switch (key) {
      case "id" -> id = json.integer(key);
      case "image_id" -> imageId = json.imageId(key);
      case "category_id" -> categoryId = json.integer(key, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case "score" -> score = json.number(key);
      case "area" -> area = area(json);
      case "bbox" -> box = shapes.box();
      case "iscrowd" -> crowd = json.flag(key);
      case "ignore" -> ignore = json.flag(key);
      case "segmentation" -> segmentation = shapes.segmentation();
      case "point_coords" -> points.coordinates(json);
      case "point_labels" -> points.labels(json);
      case "point_weights" -> points.weights(json);
      default -> json.skip();
    }
  }

  /** As {@link #read}, of the whole annotation. */
  void scan(JsonScanner in, SegmentationScanner shapes) throws Unusual {
    for (String key = in.firstKey(SCANNED); key != null; key = in.nextKey(SCANNED)) {
      int bit = key.isEmpty() ? 0 : 1 << KEYS.indexOf(key);
      if ((seen & bit) != 0) {
        throw Unusual.VALUE;
      }
      seen |= bit;
      switch (key) {
        case "id" -> id = in.integer(Long.MIN_VALUE, Long.MAX_VALUE);
        case "image_id" -> imageId = in.imageId();
        case "category_id" -> categoryId = (int) in.integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
        case "score" -> score = in.number();
        case "area" -> area = in.number(0, MAX_AREA);
        case "bbox" -> box = shapes.box(in);
        case "iscrowd" -> crowd = in.flag();
        case "ignore" -> ignore = in.flag();
        case "segmentation" -> segmentation = shapes.segmentation(in);
        case "point_coords", "point_labels", "point_weights" -> throw Unusual.VALUE;
        default -> in.skip();
      }
    }
  }

  private static double area(JsonFile json) throws IOException {
    double area = json.number("area");
    if (area < 0 || area > MAX_AREA) {
      throw json.error("area: expected 0 to 2^53, got " + area);
    }
    return area;
  }

  void require(JsonFile json, String what, Object value, String field) {
    if (value == null) {
      throw json.error("expected \"" + field + "\" in every " + what + ", found none");
    }
  }

  /** Of fields that are there. */
  CocoAnnotation annotation() {
    boolean drawn = segmentation != null && !segmentation.isEmpty();
    return new CocoAnnotation(
        id,
        imageId,
        categoryId,
        area,
        box,
        crowd,
        ignore,
        segmentation,
        drawn ? PointLabels.NONE : points.labelled());
  }

  /** Of fields that are there. */
  CocoDetection detection() {
    return new CocoDetection(imageId, categoryId, score, box, segmentation);
  }

  /** The exception with the ids met so far. */
  DatasetException locate(DatasetException e) {
    DatasetException located = imageId == null ? e : e.forImage(imageId);
    return id == null ? located : located.forAnnotation(id);
  }
}
