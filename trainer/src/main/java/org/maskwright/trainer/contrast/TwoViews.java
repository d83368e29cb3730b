package org.maskwright.trainer.contrast;

import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;

/**
 * Both views of the pictures of a part of a step.
 *
 * @param first [B,C,H,W], normalised
 * @param second likewise
 */
record TwoViews(Tensor first, Tensor second) {
  /** Reads them; what is random in the model is of these pictures from now on. */
  static TwoViews of(SegmentationModel model, StepPart part, Normalization normalization) {
    Engine engine = model.engine();
    Step step = part.step();
    Batch batch = part.batch();
    if (batch.frames() != 2) {
      throw new IllegalArgumentException(
          "contrast: expected two views of a picture, got " + batch.frames());
    }
    engine.random().startImages(step.number(), 2L * part.firstImage());
    int height = model.paddedSize(step.height());
    int width = model.paddedSize(step.width());
    Tensor both =
        engine.floats(
            batch.normalizedImages(normalization, height, width),
            batch.size(),
            2,
            model.inputs(),
            height,
            width);
    return new TwoViews(both.select(1, 0), both.select(1, 1));
  }
}
