package org.maskwright.onnx;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Recording;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.onnx.OnnxDescription;
import org.maskwright.modelzoo.onnx.OnnxFile;
import org.maskwright.modelzoo.onnx.OnnxModel;
import org.maskwright.modelzoo.onnx.OnnxSizes;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;

/** A tiny model on an engine that records, and its file. */
final class TinyModel implements AutoCloseable {
  static final List<Double> MEAN = List.of(123.675, 116.28, 103.53);
  static final List<Double> STD = List.of(58.395, 57.12, 57.375);

  private final Recording recording;
  private final SegmentationModel model;

  TinyModel(Engine engine, String variant) {
    recording = Recording.over(engine);
    ClassSpace classes =
        new ClassSpace(
            List.of(
                new ClassSpace.Entry("ball", true),
                new ClassSpace.Entry("crate", true),
                new ClassSpace.Entry("sand", false)));
    model = SegmentationModels.build(recording.engine(), Variants.get(variant), classes);
    model.setTraining(false);
  }

  SegmentationModel model() {
    return model;
  }

  void write(Path file, OnnxSizes sizes) {
    write(file, sizes, Long.MAX_VALUE);
  }

  /** With at most so many bytes of constants in one file. */
  void write(Path file, OnnxSizes sizes, long most) {
    OnnxGraph graph = OnnxModel.record(recording, model, sizes, OnnxModel.Ending.LOGITS);
    Map<String, String> metadata =
        new OnnxDescription(
                model.classSpace().classes(),
                64,
                128,
                model.config().sizeDivisibility(),
                MEAN,
                STD,
                MaskScores.SIGMOID,
                model.config().decoder().rules(),
                "for tests alone")
            .toMetadata();
    OnnxFile.write(file, graph, metadata, "test", "1", most);
  }

  @Override
  public void close() {
    model.close();
    recording.close();
  }
}
