package org.maskwright.trainer.loop;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.PointSource;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.loss.Supervision;

/**
 * Mask classification: images or clips to predictions to matched losses. One task serves semantic,
 * instance and panoptic targets.
 */
public final class SegmentationTask implements TrainTask {
  private final SegmentationModel model;
  private final Criterion criterion;
  private final List<SourceSupervision> sources;
  private final Normalization normalization;
  private final Consumer<String> warnings;
  private int mostTargets;

  /**
   * With points from the engine's seed, the step and the image.
   *
   * @param sources what becomes of the annotation of an example, by the number of its source
   * @param warnings told of an image with more targets than the model has queries, whenever their
   *     number is the largest so far
   */
  public SegmentationTask(
      SegmentationModel model,
      Criterion criterion,
      List<SourceSupervision> sources,
      Normalization normalization,
      Consumer<String> warnings) {
    this.model = model;
    this.criterion = criterion;
    this.sources = List.copyOf(sources);
    this.normalization = normalization;
    this.warnings = warnings;
    this.mostTargets = model.queries();
  }

  @Override
  public Module model() {
    return model;
  }

  @Override
  public void trainedTo(double progress) {
    model.decoder().trainedTo(progress);
    criterion.trainedTo(progress);
  }

  @Override
  public StepNormalizers normalizers(Step step) {
    StepNormalizers sum = StepNormalizers.NONE;
    for (Batch part : step.parts()) {
      sum = sum.plus(criterion.normalizers(targets(step, part), model.queries()));
    }
    return sum;
  }

  @Override
  public Losses losses(StepPart part) {
    Engine engine = model.engine();
    Step step = part.step();
    Batch batch = part.batch();
    int first = part.firstImage();
    int frames = batch.frames();
    engine.random().startImages(step.number(), (long) first * frames);
    Tensor pixels =
        engine.floats(
            batch.normalizedImages(normalization, step.height(), step.width()),
            (long) batch.size() * frames,
            model.inputs(),
            step.height(),
            step.width());
    Outputs predictions = model.forward(pixels, frames);
    part.phases().mark(Phases.Phase.FORWARD);
    warnOfCrowds(batch);
    PointSource points =
        new PointSource.Random(engine.random().get("points").fork(step.number()), first);
    Losses losses =
        criterion.compute(
            predictions, targets(step, batch), points, part.normalizers(), part.decisions());
    part.phases().mark(Phases.Phase.LOSS);
    return losses;
  }

  private List<Supervision> targets(Step step, Batch batch) {
    int height = model.paddedSize(step.height());
    int width = model.paddedSize(step.width());
    return IntStream.range(0, batch.size())
        .mapToObj(
            i ->
                sources
                    .get(batch.sources().get(i))
                    .of(batch.examples().get(i), batch.labels().get(i), height, width))
        .toList();
  }

  private void warnOfCrowds(Batch batch) {
    for (TrainingExample example : batch.examples()) {
      int count = example.targetCount();
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
