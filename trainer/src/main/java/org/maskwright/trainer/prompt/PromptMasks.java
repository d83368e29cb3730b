package org.maskwright.trainer.prompt;

import java.util.List;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loss.MaskSupervision;

/**
 * The true masks of G objects, in the padded input of a step.
 *
 * @param targets G
 * @param examples of the batch
 * @param height of the padded input
 * @param width of the padded input
 */
record PromptMasks(
    List<PromptTargets.Target> targets, List<TrainingExample> examples, int height, int width) {
  private static final float CENTRE = 0.5f;

  static PromptMasks of(
      SegmentationModel model, Step step, Batch batch, List<PromptTargets.Target> targets) {
    return new PromptMasks(
        targets,
        batch.examples(),
        model.paddedSize(step.height()),
        model.paddedSize(step.width()));
  }

  /** G. */
  int count() {
    return targets.size();
  }

  TrainingExample example(int object) {
    return examples.get(targets.get(object).image());
  }

  /** An object's mask, row-major at the size of its image. */
  byte[] pixels(int object) {
    TrainingExample example = example(object);
    byte[] out = new byte[example.width() * example.height()];
    example.masks().unpack(targets.get(object).mask(), out, 0);
    return out;
  }

  /** What is in the middle of each cell of a grid over the input: [G,rows*columns] in [0,1]. */
  float[] grid(int rows, int columns) {
    float[] places = new float[2 * rows * columns];
    for (int i = 0; i < rows * columns; i++) {
      places[2 * i] = (i % columns + CENTRE) / columns;
      places[2 * i + 1] = (i / columns + CENTRE) / rows;
    }
    float[] out = new float[Math.multiplyExact(count(), rows * columns)];
    Parallel.forEach(
        count(),
        g ->
            MaskSupervision.of(example(g), height, width)
                .labels(
                    targets.get(g).mask(),
                    0,
                    places,
                    0,
                    rows * columns,
                    out,
                    g * rows * columns));
    return out;
  }
}
