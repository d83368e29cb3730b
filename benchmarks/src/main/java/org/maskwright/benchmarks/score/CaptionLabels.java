package org.maskwright.benchmarks.score;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.scenes.CaptionShapes;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.Vocabulary;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.Evaluation;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.LabelKind;
import org.maskwright.trainer.source.TrainingData;

/**
 * How many shapes of CaptionShapes a model of captions calls by their names, among all combinations
 * of colour and shape: of those that training showed, and of those that it never did.
 */
public final class CaptionLabels {
  private CaptionLabels() {}

  /**
   * Prints one line: objects' accuracy in percent, its mean over seen and over held-out classes,
   * and the mean IoU of the best masks.
   *
   * @param args model folder, folder of the data, threads
   */
  public static void main(String[] args) {
    Path model = Path.of(args[0]);
    Path data = Path.of(args[1]);
    Dataset shapes =
        DatasetOpener.open(
            DatasetSettings.of("coco-instance", data, "val")
                .withPlaces("images/val", "annotations/shapes_val.json"),
            Task.INSTANCE);
    int size = shapes.info(0).width();
    EngineOptions options = EngineOptions.DEFAULT.withThreads(Integer.parseInt(args[2]));
    try (Engine engine = Engine.open(options);
        SegmentationModel loaded = ModelFolder.open(engine, model);
        var words =
            loaded.speak(
                Vocabulary.of(TrainingData.classSpace(shapes.categories())),
                Optional.of(TextBank.read(data.resolve("bank.safetensors"))))) {
      LabelKind labels = new LabelKind();
      Predictor predictor =
          new Predictor(
              loaded,
              ModelFolder.describe(model).normalization(),
              new InferenceSettings(size, size, 0.5, 0.5, 100, Set.of(labels.name())));
      EvalReport report =
          new Evaluation(predictor, shapes, List.of(labels), 1)
              .run(0, Optional.empty(), Optional.empty());
      Map<String, Double> each = report.perClass().get("labels.accuracy");
      List<String> heldOut = CaptionShapes.heldOut();
      new PrintStream(System.out, true, StandardCharsets.UTF_8)
          .printf(
              Locale.ROOT,
              "accuracy %.1f seen %.1f held-out %.1f IoU %.1f%n",
              report.get("labels.accuracy"),
              mean(
                  each,
                  CaptionShapes.classes().stream().filter(c -> !heldOut.contains(c)).toList()),
              mean(each, heldOut),
              report.get("labels.IoU"));
    }
  }

  private static double mean(Map<String, Double> values, List<String> names) {
    return names.stream()
        .filter(values::containsKey)
        .mapToDouble(values::get)
        .average()
        .orElse(Double.NaN);
  }
}
