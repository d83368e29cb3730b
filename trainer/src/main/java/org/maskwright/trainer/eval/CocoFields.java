package org.maskwright.trainer.eval;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

/** Fields of a segment as COCO's JSON files have them. */
final class CocoFields {
  private CocoFields() {}

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
