package org.maskwright.trainer.eval;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.modelzoo.postprocess.PanopticMap;
import org.maskwright.modelzoo.postprocess.SemanticMap;

/**
 * Results of one photograph as JSON: {@code {"file", "task", "height", "width", "segments":
 * [{"class", "index", "thing", "score", "area", "bbox", "segmentation": {"size", "counts"}}]}} with
 * COCO's compressed run lengths.
 */
public final class PredictionJson {
  private final Predictor predictor;
  private final double threshold;

  /**
   * For results of a predictor.
   *
   * @param threshold instances with a score below are left out
   */
  public PredictionJson(Predictor predictor, double threshold) {
    this.predictor = predictor;
    this.threshold = threshold;
  }

  /**
   * The result of a task as the text of a JSON file.
   *
   * @param name of the photograph, in the field "file"
   */
  public String of(Task task, String name, Predictor.Outputs outputs) {
    StringWriter text = new StringWriter();
    try (JsonGenerator g = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
      g.writeStartObject();
      g.writeStringField("file", name);
      g.writeStringField("task", task.key());
      g.writeNumberField("height", outputs.frame().height());
      g.writeNumberField("width", outputs.frame().width());
      g.writeArrayFieldStart("segments");
      switch (task) {
        case INSTANCE -> instances(g, outputs);
        case PANOPTIC -> panoptic(g, outputs);
        case SEMANTIC -> semantic(g, outputs);
      }
      g.writeEndArray();
      g.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing JSON to memory", e);
    }
    return text.toString();
  }

  private void instances(JsonGenerator g, Predictor.Outputs outputs) throws IOException {
    for (InstanceSet.Instance i : predictor.instances(outputs).instances()) {
      if (i.score() >= threshold && i.mask().area() > 0) {
        segment(
            g,
            i.classIndex(),
            i.score(),
            Rle.ofCounts(i.mask().height(), i.mask().width(), i.mask().counts()));
      }
    }
  }

  private void panoptic(JsonGenerator g, Predictor.Outputs outputs) throws IOException {
    PanopticMap map = predictor.panoptic(outputs);
    for (PanopticMap.Segment s : map.segments()) {
      segment(
          g, s.classIndex(), s.score(), Rle.ofLabel(map.ids(), map.height(), map.width(), s.id()));
    }
  }

  private void semantic(JsonGenerator g, Predictor.Outputs outputs) throws IOException {
    SemanticMap map = predictor.semantic(outputs);
    for (int c : Arrays.stream(map.labels()).distinct().sorted().toArray()) {
      segment(g, c, 1, Rle.ofLabel(map.labels(), map.height(), map.width(), c));
    }
  }

  private void segment(JsonGenerator g, int index, double score, Rle rle) throws IOException {
    g.writeStartObject();
    ClassSpace classes = predictor.classes();
    g.writeStringField("class", classes.classes().get(index).name());
    g.writeNumberField("index", index);
    g.writeBooleanField("thing", classes.isThing(index));
    g.writeNumberField("score", score);
    g.writeNumberField("area", rle.area());
    CocoFields.box(g, rle.box());
    CocoFields.segmentation(g, rle);
    g.writeEndObject();
  }
}
