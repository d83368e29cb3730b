package org.maskwright.trainer.result;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.modelzoo.head.ClassSpace;

/**
 * The field {@code "segments"} of a photograph's JSON: {@code [{"class", "index", "thing", "score",
 * "area", "bbox", "segmentation": {"size", "counts"}}]} with COCO's compressed run lengths.
 */
public final class SegmentFields {
  private SegmentFields() {}

  static void write(JsonGenerator json, ClassSpace classes, List<ResultSegment> segments)
      throws IOException {
    json.writeArrayFieldStart("segments");
    for (ResultSegment segment : segments) {
      json.writeStartObject();
      writeWithoutMask(json, classes, segment);
      JsonNumbers.segmentation(json, segment.mask());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** The fields of one of them, but for its mask. */
  public static void writeWithoutMask(JsonGenerator json, ClassSpace classes, ResultSegment segment)
      throws IOException {
    int index = segment.classIndex();
    json.writeStringField("class", classes.classes().get(index).name());
    json.writeNumberField("index", index);
    json.writeBooleanField("thing", classes.isThing(index));
    json.writeNumberField("score", segment.score());
    json.writeNumberField("area", segment.mask().area());
    JsonNumbers.box(json, segment.mask().box());
  }
}
