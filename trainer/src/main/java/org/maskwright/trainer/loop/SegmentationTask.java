package org.maskwright.trainer.loop;

import java.util.List;
import java.util.function.Consumer;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.Predictions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.PointSource;

/**
 * Mask classification: images to predictions to matched losses. One task serves semantic, instance
 * and panoptic targets.
 */
public final class SegmentationTask implements TrainingTask {
  private final SegmentationModel model;
  private final Criterion criterion;
  private final PointSource points;
  private final Normalization normalization;
  private final Consumer<String> warnings;
  private int mostTargets;

  /**
   * With points from the engine's stream {@code points}.
   *
   * @param warnings told of an image with more targets than the model has queries, whenever their
   *     number is the largest so far
   */
  public SegmentationTask(
      SegmentationModel model,
      Criterion criterion,
      Normalization normalization,
      Consumer<String> warnings) {
    this.model = model;
    this.criterion = criterion;
    this.normalization = normalization;
    this.warnings = warnings;
    this.mostTargets = model.queries();
    this.points = new PointSource.Random(model.engine().random().get("points"));
  }

  @Override
  public Module model() {
    return model;
  }

  @Override
  public Losses losses(Batch batch, Phases phases) {
    Engine engine = model.engine();
    Tensor pixels =
        engine.floats(
            batch.normalizedImages(normalization), batch.size(), 3, batch.height(), batch.width());
    Predictions predictions = model.forward(pixels);
    phases.mark(Phases.Phase.FORWARD);
    int height = model.paddedSize(batch.height());
    int width = model.paddedSize(batch.width());
    List<MaskSupervision> targets =
        batch.examples().stream().map(e -> MaskSupervision.of(e, height, width)).toList();
    warnOfCrowds(batch);
    Losses losses = criterion.compute(predictions, targets, points);
    phases.mark(Phases.Phase.LOSS);
    return losses;
  }

  private void warnOfCrowds(Batch batch) {
    for (TrainingExample example : batch.examples()) {
      int count = example.masks().count();
      if (count > mostTargets) {
        mostTargets = count;
        warnings.accept(
            "warning: image "
                + example.info().imageId()
                + " has "
                + count
                + " targets but the model only "
                + model.queries()
                + " queries: the rest goes unlearnt; raise the decoder's queries or crop smaller");
      }
    }
  }
}
