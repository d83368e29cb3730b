package org.maskwright.trainer.pictureclass;

import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.pictureclass.PictureClasses;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.pretext.PictureClassifier;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;

/**
 * Teaches a model the class of a picture.
 *
 * <p><b>Maths</b> the mean over pictures of -sum_k t_k log softmax(x)_k, with t_k = 1 - s + s/K for
 * the picture's class and s/K for the others, s the smoothing.
 */
final class LabelsTask implements TrainTask {
  private static final String IMAGES = "images";

  private final SegmentationModel model;
  private final double smoothing;
  private final Normalization normalization;

  LabelsTask(SegmentationModel model, double smoothing, Normalization normalization) {
    this.model = model;
    this.smoothing = smoothing;
    this.normalization = normalization;
  }

  @Override
  public Module model() {
    return model;
  }

  @Override
  public StepNormalizers normalizers(Step step) {
    return StepNormalizers.of(IMAGES, step.ownImages());
  }

  @Override
  public Losses losses(StepPart part) {
    Engine engine = model.engine();
    Step step = part.step();
    engine.random().startImages(step.number(), part.firstImage());
    int height = model.paddedSize(step.height());
    int width = model.paddedSize(step.width());
    int batch = part.batch().size();
    Tensor pixels =
        engine.floats(
            part.batch().normalizedImages(normalization, height, width),
            batch,
            model.inputs(),
            height,
            width);
    Tensor logits = ((PictureClassifier) model.decoder()).logits(pixels);
    part.phases().mark(Phases.Phase.FORWARD);
    int[] classes = part.batch().examples().stream().mapToInt(LabelsTask::classOf).toArray();
    Tensor loss = crossEntropy(logits, classes, smoothing, part.normalizers().get(IMAGES));
    part.phases().mark(Phases.Phase.LOSS);
    return new Losses(loss, List.of(new Losses.Term("loss_class", loss)));
  }

  private static int classOf(TrainingExample example) {
    return PictureClasses.only(example.info(), example.classes());
  }

  /**
   * The sum of the cross-entropies of rows, divided.
   *
   * @param logits [N,K]
   * @param classes N in [0,K)
   */
  static Tensor crossEntropy(Tensor logits, int[] classes, double smoothing, double by) {
    int count = logits.intSize(1);
    float[] targets = new float[classes.length * count];
    Arrays.fill(targets, (float) (-smoothing / count / by));
    for (int i = 0; i < classes.length; i++) {
      targets[i * count + classes[i]] = (float) (-(1 - smoothing + smoothing / count) / by);
    }
    Engine engine = logits.engine();
    return engine.tidy(
        scope ->
            logits
                .cast(DType.FLOAT32)
                .logSoftmax(1)
                .mul(engine.floats(targets, classes.length, count))
                .sum());
  }
}
