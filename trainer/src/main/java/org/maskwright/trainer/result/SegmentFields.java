package org.maskwright.trainer.result;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.modelzoo.head.ClassSpace;

/**
 * The field {@code "segments"} of a photograph's JSON: {@code [{"class", "index", "thing", "score",
 * "area", "bbox", "segmentation": {"size", "counts"}}]} with COCO's compressed run lengths; and
 * fields of a segment as COCO's files have them.
 */
public final class SegmentFields {
  private SegmentFields() {}

  static void write(JsonGenerator json, ClassSpace classes, List<ResultSegment> segments)
      throws IOException {
    json.writeArrayFieldStart("segments");
    for (ResultSegment segment : segments) {
      int index = segment.classIndex();
      json.writeStartObject();
      json.writeStringField("class", classes.classes().get(index).name());
      json.writeNumberField("index", index);
      json.writeBooleanField("thing", classes.isThing(index));
      json.writeNumberField("score", segment.score());
      json.writeNumberField("area", segment.mask().area());
      box(json, segment.mask().box());
      segmentation(json, segment.mask());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** {@code "bbox": [x, y, width, height]}. */
  public static void box(JsonGenerator json, Box box) throws IOException {
    json.writeArrayFieldStart("bbox");
    for (double v : new double[] {box.x(), box.y(), box.width(), box.height()}) {
      json.writeNumber(v);
    }
    json.writeEndArray();
  }

  /** {@code "segmentation": {"size": [height, width], "counts": compressed run lengths}}. */
  public static void segmentation(JsonGenerator json, Rle mask) throws IOException {
    json.writeObjectFieldStart("segmentation");
    json.writeArrayFieldStart("size");
    json.writeNumber(mask.height());
    json.writeNumber(mask.width());
    json.writeEndArray();
    json.writeStringField("counts", mask.toCompressedString());
    json.writeEndObject();
  }
}
