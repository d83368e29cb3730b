package org.maskwright.trainer.eval;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor.First;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.source.TrainingData;

/** A model with its initial weights, evaluated on made-up scenes for all kinds of result. */
final class EvaluatedScenes {
  static final int SIDE = 64;
  private static final List<String> TASKS = List.of("semantic", "instance", "panoptic");

  private EvaluatedScenes() {}

  /** Writes scenes of {@link #SIDE} pixels. */
  static void write(Path root, int images) {
    Scenes.write(root, new ScenesConfig(3, images, 0, SIDE, SIDE, 4));
  }

  static Dataset open(Path root) {
    return DatasetOpener.open(
        DatasetSettings.of("coco-panoptic", root, "train")
            .withPlaces("images/train", "annotations/panoptic_train.json"));
  }

  static EvalReport evaluate(Path root, ProcessGroup group, Optional<Tiling> tiling, int limit) {
    return evaluate(root, group, tiling, limit, Optional.empty());
  }

  /**
   * The report with the validation loss, which broken images do not stop.
   *
   * @return null in other processes than the first
   */
  static EvalReport evaluate(
      Path root,
      ProcessGroup group,
      Optional<Tiling> tiling,
      int limit,
      Optional<SamplePictures> samples) {
    Dataset data = open(root);
    EngineOptions options = EngineOptions.DEFAULT.withDevice("cpu").withThreads(1);
    try (Engine engine = Engine.open(options);
        SegmentationModel model =
            SegmentationModels.build(
                engine,
                HuggingFaceRulesTest.model(First.TO_384),
                TrainingData.classSpace(data.categories()))) {
      engine.join(group, ProcessGroup.alone());
      InferenceSettings settings =
          new InferenceSettings(SIDE, SIDE, 0.1, 0.01, 20, Set.copyOf(TASKS));
      List<ResultKind<?>> kinds = TASKS.stream().<ResultKind<?>>map(ResultKinds::get).toList();
      Optional<ValidationLoss> loss =
          Optional.of(
              new ValidationLoss(
                  Task.PANOPTIC,
                  Criterion.of(new CriterionSettings.Points(2, 5, 5, 0.1, 64, 3, 0.75)),
                  1));
      Evaluation evaluation =
          Evaluation.shared(
              new Predictor(model, Normalization.IMAGENET, settings),
              ScoringData.of(data),
              kinds,
              LoaderSettings.evaluation(1, 2).with(LoaderSettings.BrokenFiles.SKIP),
              tiling);
      if (group.rank() > 0) {
        evaluation.help(limit, loss);
        return null;
      }
      return evaluation.run(limit, Optional.empty(), samples, loss, (done, of) -> {});
    }
  }
}
