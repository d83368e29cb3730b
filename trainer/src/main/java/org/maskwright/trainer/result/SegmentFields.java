package org.maskwright.trainer.result;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.modelzoo.head.ClassSpace;

/**
 * The field {@code "segments"} of a photograph's JSON: {@code [{"class", "index", "thing", "score",
 * "area", "bbox", "segmentation": {"size", "counts"}}]} with COCO's compressed run lengths; and
 * fields of a segment as COCO's files have them.
 */
final class SegmentFields {
  private final JsonGenerator json;
  private final ClassSpace classes;

  private SegmentFields(JsonGenerator json, ClassSpace classes) {
    this.json = json;
    this.classes = classes;
  }

  static SegmentFields start(JsonGenerator json, ClassSpace classes) throws IOException {
    json.writeArrayFieldStart("segments");
    return new SegmentFields(json, classes);
  }

  void add(int index, double score, Rle mask) throws IOException {
    json.writeStartObject();
    json.writeStringField("class", classes.classes().get(index).name());
    json.writeNumberField("index", index);
    json.writeBooleanField("thing", classes.isThing(index));
    json.writeNumberField("score", score);
    json.writeNumberField("area", mask.area());
    box(json, mask.box());
    segmentation(json, mask);
    json.writeEndObject();
  }

  void end() throws IOException {
    json.writeEndArray();
  }

  /** {@code "bbox": [x, y, width, height]}. */
  static void box(JsonGenerator json, Box box) throws IOException {
    json.writeArrayFieldStart("bbox");
    for (double v : new double[] {box.x(), box.y(), box.width(), box.height()}) {
      json.writeNumber(v);
    }
    json.writeEndArray();
  }

  /** {@code "segmentation": {"size": [height, width], "counts": compressed run lengths}}. */
  static void segmentation(JsonGenerator json, Rle mask) throws IOException {
    json.writeObjectFieldStart("segmentation");
    json.writeArrayFieldStart("size");
    json.writeNumber(mask.height());
    json.writeNumber(mask.width());
    json.writeEndArray();
    json.writeStringField("counts", mask.toCompressedString());
    json.writeEndObject();
  }
}
