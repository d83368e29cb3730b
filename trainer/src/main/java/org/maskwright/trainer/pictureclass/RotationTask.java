package org.maskwright.trainer.pictureclass;

import java.util.List;
import org.maskwright.datasets.Normalization;
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
 * Teaches a model by how many quarter turns a picture was turned, from all four of each: a batch of
 * B pictures is one of 4 B. Of a picture that is no square the largest in its middle is turned.
 *
 * <p><b>Maths</b> the mean over pictures and turns of -log softmax(x)_turn.
 *
 * <p><b>Source</b> RotNet (arXiv 1803.07728).
 */
final class RotationTask implements TrainTask {
  private static final String TURNED = "turned";

  private final SegmentationModel model;
  private final Normalization normalization;

  RotationTask(SegmentationModel model, Normalization normalization) {
    this.model = model;
    this.normalization = normalization;
  }

  @Override
  public Module model() {
    return model;
  }

  @Override
  public StepNormalizers normalizers(Step step) {
    return StepNormalizers.of(TURNED, (double) PictureClassifier.TURNS * step.ownImages());
  }

  @Override
  public Losses losses(StepPart part) {
    Engine engine = model.engine();
    Step step = part.step();
    engine.random().startImages(step.number(), (long) PictureClassifier.TURNS * part.firstImage());
    int batch = part.batch().size();
    Turns turns =
        Turns.of(
            part.batch().normalizedImages(normalization, step.height(), step.width()),
            batch,
            model.inputs(),
            step.height(),
            step.width());
    Tensor logits = turns.logits(model);
    part.phases().mark(Phases.Phase.FORWARD);
    Tensor loss = LabelsTask.crossEntropy(logits, turns.turns(), 0, part.normalizers().get(TURNED));
    part.phases().mark(Phases.Phase.LOSS);
    return new Losses(loss, List.of(new Losses.Term("loss_rotation", loss)));
  }
}
