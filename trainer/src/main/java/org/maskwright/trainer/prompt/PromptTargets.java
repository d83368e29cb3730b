package org.maskwright.trainer.prompt;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.trainer.loop.Step;

/**
 * The objects that a model is asked about in a step, and what first by. They depend on the stream,
 * the step and the image's number in it alone.
 *
 * @param settings of the task
 * @param stream of the run
 */
record PromptTargets(PromptTaskKind.Settings settings, RandomStream stream) {
  private static final int CHOICE = -1; // beside the numbers of the objects

  /**
   * An object.
   *
   * @param image of the batch
   * @param mask its number in the image's masks
   * @param boxed whether it is first asked about by a box
   * @param stream for its points
   */
  record Target(int image, int mask, boolean boxed, RandomStream stream) {}

  /** Those of a part of a step. */
  List<Target> of(Step step, Batch batch, int firstImage) {
    List<Target> out = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      RandomStream ofImage = stream.fork(step.number()).fork((long) firstImage + i);
      for (int n : chosen(batch.examples().get(i), ofImage.fork(CHOICE))) {
        RandomStream own = ofImage.fork(n);
        out.add(new Target(i, n, own.nextDouble() < settings.boxes(), own.fork(0)));
      }
    }
    return out;
  }

  /** Some of an image's objects, each as likely as the others. */
  private List<Integer> chosen(TrainingExample example, RandomStream random) {
    example.requireMasks();
    MaskStack masks = example.masks();
    double most =
        settings.largest() * example.contentWidth() * (double) example.contentHeight();
    List<Integer> out = new ArrayList<>();
    for (int n = 0; n < example.targetCount(); n++) {
      long area = masks.area(n);
      if (area > 0 && area <= most) {
        out.add(n);
      }
    }
    while (out.size() > settings.objects()) {
      out.remove(random.nextInt(out.size()));
    }
    return out;
  }
}
