package org.maskwright.trainer.loss;

/**
 * What the losses of a step are divided by, known from its targets before the first forward pass.
 * Values of parts add up: those of a step over all batches that are accumulated for it, and over
 * all processes that share it. Each part then computes its share of the whole step's losses, and
 * the sum of the parts' gradients is the gradient of one large batch.
 *
 * @param masks number of targets; mask and dice losses are divided by it
 * @param classWeight sum of the class weights of all queries, matched or not; the class loss is
 *     divided by it
 * @param pixels number of pixels that have a class; the pixels' cross-entropy is divided by it
 */
public record StepNormalizers(double masks, double classWeight, double pixels) {
  /** Of no image. */
  public static final StepNormalizers NONE = new StepNormalizers(0, 0, 0);

  /** Those of both parts together. */
  public StepNormalizers plus(StepNormalizers other) {
    return new StepNormalizers(
        masks + other.masks, classWeight + other.classWeight, pixels + other.pixels);
  }
}
