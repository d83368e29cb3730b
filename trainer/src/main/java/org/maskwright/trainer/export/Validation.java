package org.maskwright.trainer.export;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.onnx.OnnxNetwork;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.ChosenClasses;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.Network;
import org.maskwright.trainer.eval.OnnxFileNetwork;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.result.Metric.Better;
import org.maskwright.trainer.run.Evaluator;
import org.maskwright.trainer.run.SameClasses;
import org.maskwright.trainer.source.EvaluatedData;
import org.maskwright.trainer.source.TrainingData;

/**
 * A run's validation part, on which exported files of its model are judged by the run's deciding
 * metric.
 */
final class Validation {
  private final RunSettings settings;
  private final ModelFile file;
  private final EvaluatedData data;
  private final int limit;

  private Validation(RunSettings settings, ModelFile file, EvaluatedData data, int limit) {
    this.settings = settings;
    this.file = file;
    this.data = data;
    this.limit = limit;
  }

  /**
   * Opens the data.
   *
   * @param model its folder
   * @throws ConfigException if no configuration names data, or they are not of the model's classes
   * @throws org.maskwright.datasets.DatasetException if the data cannot be read
   */
  static Validation of(Path model, ModelFile file, Int8Wishes wishes) {
    RunSettings settings =
        wishes
            .config()
            .map(path -> ConfigFile.load(path, Optional.empty(), List.of()).bind(RunSettings.class))
            .or(
                () ->
                    RunFolder.configOf(model)
                        .map(path -> RunFolder.settings(path, List.of(), note -> {})))
            .orElseThrow(
                () ->
                    new ConfigException(
                        model
                            + ": not a checkpoint inside a run folder with config.conf; the loss of int8 is measured on data.val: give the data and eval settings with --config FILE"));
    EvaluatedData data = EvaluatedData.deciding(settings);
    if (!data.ofOwnClasses()) {
      SameClasses.require(file.classSpace(), data.dataset(), model, false);
    }
    Evaluator.requireChannels(file.normalization(), data.dataset());
    return new Validation(settings, file, data, wishes.limit());
  }

  /** What decides: the run's metric, or the first of its tasks where a loss decides. */
  String metric() {
    Map<String, Better> metrics = data.eval(settings).metrics();
    String best = settings.eval().bestMetric();
    return metrics.containsKey(best) ? best : metrics.keySet().iterator().next();
  }

  /** Which values of {@link #metric} are better. */
  Better better() {
    return data.eval(settings).metrics().get(metric());
  }

  /** The data set's name. */
  String name() {
    return data.dataset().name();
  }

  /**
   * Evaluates an exported file of logits.
   *
   * @param threads of onnxruntime
   */
  EvalReport of(Path onnx, int threads) {
    try (OnnxNetwork network = OnnxNetwork.open(onnx, threads)) {
      ClassSpace classes = TrainingData.classSpace(data.dataset().categories());
      Network own = new OnnxFileNetwork(network);
      Predictor predictor =
          new Predictor(
              data.ofOwnClasses() ? new ChosenClasses(own, classes, data.kinds()) : own,
              classes,
              file.normalization(),
              Evaluator.inference(data.eval(settings)));
      return Evaluator.evaluation(predictor, settings, data, Optional.empty(), note -> {})
          .run(limit, Optional.empty(), Optional.empty());
    }
  }
}
