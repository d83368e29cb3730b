package org.maskwright.trainer.export;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.modelzoo.onnx.Int8Calibration;
import org.maskwright.modelzoo.onnx.Int8Graph;
import org.maskwright.modelzoo.onnx.Int8Plan;
import org.maskwright.modelzoo.onnx.OnnxFile;
import org.maskwright.modelzoo.onnx.OnnxSizes;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.onnx.OnnxSession;
import org.maskwright.trainer.Versions;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.Photographs;

/**
 * Bytes for weights and activations, with ranges found on photographs of the user's, judged on the
 * validation part of the model's run.
 *
 * <p><b>Memory</b> one photograph at a time; of its activations a few numbers each.
 */
final class Int8Rounding implements Rounding {
  private final ExportRequest request;
  private final Int8Wishes wishes;
  private final ModelFile file;
  private final OnnxSizes sizes;
  private final int threads;
  private final List<Photographs.Photograph> photographs;
  private final Validation validation;
  private int operations;
  private int weighted;

  /**
   * Finds photographs and opens the validation data, so that what is wrong with them is said first.
   *
   * @throws org.maskwright.datasets.DatasetException if there are no photographs
   * @throws org.maskwright.trainer.config.ConfigException as {@link Validation#of}
   */
  Int8Rounding(
      ExportRequest request, Int8Wishes wishes, ModelFile file, OnnxSizes sizes, int threads) {
    this.request = request;
    this.wishes = wishes;
    this.file = file;
    this.sizes = sizes;
    this.threads = threads;
    this.photographs = Photographs.find(List.of(wishes.pictures()));
    this.validation = Validation.of(request.folder(), file, wishes);
  }

  @Override
  public OnnxGraph of(OnnxGraph exact) {
    Int8Plan plan = Int8Plan.of(exact);
    if (plan.count() == 0) {
      throw new CheckpointException(
          request.folder(),
          "int8: expected convolutions or products with weights between the first and the last ones, found none; export without --int8");
    }
    operations = plan.count();
    weighted = plan.weighted();
    Int8Calibration calibration = new Int8Calibration(plan);
    forEach(
        calibration.ranges(),
        out ->
            calibration.seeRanges(
                out.get(Int8Calibration.LEAST).values(), out.get(Int8Calibration.MOST).values()));
    forEach(
        calibration.errors(),
        out -> calibration.seeErrors(out.get(Int8Calibration.ERRORS).values()));
    return Int8Graph.of(plan, calibration.best());
  }

  private void forEach(OnnxGraph graph, Consumer<Map<String, OnnxSession.Output>> seen) {
    try (NewFiles files = NewFiles.beside(request.out())) {
      OnnxFile.write(files.path(), graph, Map.of(), "Maskwright", Versions.current().toString());
      try (OnnxSession session = OnnxSession.open(files.path(), threads)) {
        for (Photographs.Photograph photograph : photographs) {
          GraphInput input =
              GraphInput.of(PhotographFile.read(photograph.file(), file.channels()), file, sizes);
          take(photograph, session.run(input.pixels(), input.shape()), seen);
        }
      }
    }
  }

  private static void take(
      Photographs.Photograph photograph,
      Map<String, OnnxSession.Output> said,
      Consumer<Map<String, OnnxSession.Output>> seen) {
    try {
      seen.accept(said);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          photograph.file(), "the model's activations cannot be rounded: " + e.getMessage(), e);
    }
  }

  @Override
  public Exported judged(Path exact, Path rounded) {
    EvalReport before = validation.of(exact, threads);
    EvalReport after = validation.of(rounded, threads);
    MetricLoss deciding = loss(validation.metric(), before, after);
    deciding.require(wishes.mostLoss());
    List<String> lines = new ArrayList<>();
    lines.add(
        "int8: %d of %d operations with weights, calibrated on %d photograph%s of %s"
            .formatted(
                operations,
                weighted,
                photographs.size(),
                photographs.size() == 1 ? "" : "s",
                wishes.pictures()));
    lines.add(
        String.format(
            Locale.ROOT,
            "validation, %d pictures of %s: %s, a loss of %.2f points of at most %.2f",
            after.images(),
            validation.name(),
            deciding.inWords(),
            deciding.points(),
            wishes.mostLoss()));
    for (String metric : after.metrics().keySet()) {
      if (!metric.equals(deciding.metric())) {
        lines.add("  " + loss(metric, before, after).inWords());
      }
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("int8Operations", (long) operations);
    facts.put("calibrationPictures", (long) photographs.size());
    facts.put("metric", deciding.metric());
    facts.put("metricBefore", deciding.before());
    facts.put("metricAfter", deciding.after());
    facts.put("validationPictures", (long) after.images());
    return new Exported(lines, facts);
  }

  private MetricLoss loss(String metric, EvalReport before, EvalReport after) {
    return new MetricLoss(metric, validation.better(), before.get(metric), after.get(metric));
  }
}
