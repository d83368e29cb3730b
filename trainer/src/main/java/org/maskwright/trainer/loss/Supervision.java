package org.maskwright.trainer.loss;

import java.util.Arrays;
import java.util.Optional;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.TrainingExample;

/**
 * What the annotation of one image, or of the T frames of one video, says about its N targets,
 * asked for where the loss needs it: no target is ever held as an up-sampled float mask. Full masks
 * are one form; labelled points or boxes answer the same questions.
 *
 * <p>A label that is not known has weight 0 and changes nothing. A target that is known at a few
 * places alone names them ({@link #places}): there, and nowhere else, terms at sampled points and
 * the matching compare it. What else an annotation may say of a target, such as its box, terms find
 * by its type ({@link #said}).
 *
 * <p><b>Coordinates</b> (x,y) in [0,1] of the padded image of the batch; pixel centres at +0.5.
 *
 * <p><b>Threads</b> read by several threads at once.
 */
public interface Supervision {
  /**
   * The {@link #category} of a target that is learnt as no object: its mask counts, and the query
   * that is matched with it learns that there is nothing. Only labels as Mask2Former-VIS' official
   * code has them have such targets.
   */
  int NO_OBJECT = TrainingExample.NO_OBJECT;

  /** Rows of the padded image. */
  int height();

  /** Columns of the padded image. */
  int width();

  /** T; 1 of a photograph. */
  default int frames() {
    return 1;
  }

  /** N, the number of targets. */
  int count();

  /** Contiguous class index of target {@code n}, or {@link #NO_OBJECT}. */
  int category(int n);

  /** The classes that the annotation tells apart; of the others it says nothing. */
  default LabelSpace labels() {
    return LabelSpace.ALL;
  }

  /** Factor on this image's share of a term of the loss, such as {@code loss_mask}; at least 0. */
  default double termWeight(String term) {
    return 1;
  }

  /**
   * Factor on target {@code n}'s share of a term of matched pairs, beside its image's; at least 0.
   */
  default double targetWeight(String term, int n) {
    return 1;
  }

  /** Whether some target has {@link #places} of its own. */
  default boolean placed() {
    return false;
  }

  /**
   * The places at which alone target {@code n} is known; empty of one that is known wherever a loss
   * asks, as one with a mask is.
   *
   * @param random uniform points, the same whenever the step is computed again
   */
  default Optional<Places> places(int n, PointSource.Uniform random) {
    return Optional.empty();
  }

  /** Something that only some annotations say of a target, found by its type. */
  default <E> Optional<E> said(int n, Class<E> type) {
    return Optional.empty();
  }

  /** Something that only some annotations say of the whole image, found by its type. */
  default <E> Optional<E> saidOfImage(Class<E> type) {
    return Optional.empty();
  }

  /** Sum of the weights of the pixels of all frames that are in at least one target. */
  double labelledPixels();

  /**
   * Labels of target {@code n} at points of a frame, bilinear between pixel centres, 0 outside.
   *
   * @param points x and y of each point, interleaved
   * @param from index of the first point's x in {@code points}
   * @param count number of points
   * @param labels receives values in [0,1]
   * @param to index of the first label
   */
  void labels(int n, int frame, float[] points, int from, int count, float[] labels, int to);

  /**
   * Labels of target {@code n} on a grid of height x width over the padded image of a frame,
   * nearest pixel.
   */
  void grid(int n, int frame, int height, int width, float[] labels, int to);

  /** Whether some label weighs otherwise than 1. */
  default boolean weighted() {
    return false;
  }

  /** How much the {@link #labels} at the same points count, at least 0. */
  default void weights(
      int n, int frame, float[] points, int from, int count, float[] weights, int to) {
    Arrays.fill(weights, to, to + count, 1);
  }

  /** How much the labels of the same {@link #grid} count, at least 0. */
  default void gridWeights(int n, int frame, int height, int width, float[] weights, int to) {
    Arrays.fill(weights, to, to + height * width, 1);
  }
}
