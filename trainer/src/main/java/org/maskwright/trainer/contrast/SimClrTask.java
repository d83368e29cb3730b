package org.maskwright.trainer.contrast;

import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.pretext.ContrastDecoder;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.SharedRows;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.loss.ViewContrast;

/**
 * Two views of each picture that are to be told from all views of the others in the same batch, of
 * all processes; batches that are accumulated are each for themselves.
 *
 * <p><b>Maths</b> {@code loss_image}: {@link ViewContrast}, a mean over the pictures of the step
 *
 * <p><b>Source</b> SimCLR (arXiv 2002.05709)
 */
final class SimClrTask implements TrainTask {
  private static final String IMAGES = "images";
  private final SegmentationModel model;
  private final ContrastDecoder decoder;
  private final double temperature;
  private final Normalization normalization;

  SimClrTask(SegmentationModel model, double temperature, Normalization normalization) {
    this.model = model;
    this.decoder = (ContrastDecoder) model.decoder(); // as RunSettings checks
    this.temperature = temperature;
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
    TwoViews views = TwoViews.of(model, part, normalization);
    Tensor first = decoder.pictures(model.features(views.first()));
    Tensor second = decoder.pictures(model.features(views.second()));
    part.phases().mark(Phases.Phase.FORWARD);
    try (var float32 = model.engine().withPrecision(Precision.FP32)) {
      SharedRows rows =
          SharedRows.of(model.engine().processes(), List.of(first, second), part.batch().size());
      float[] weights = new float[rows.total()];
      Arrays.fill(weights, (float) (1 / part.normalizers().get(IMAGES)));
      Tensor loss = rows.told(ViewContrast.loss(rows.all(0), rows.all(1), temperature, weights));
      part.phases().mark(Phases.Phase.LOSS);
      return new Losses(loss, List.of(new Losses.Term("loss_image", loss)));
    }
  }
}
