package org.maskwright.trainer.loss;

/**
 * What the annotation of one image says about its N targets, asked for where the loss needs it: no
 * target is ever held as an up-sampled float mask. Full masks are one form; labelled points or
 * boxes answer the same questions.
 *
 * <p><b>Coordinates</b> (x,y) in [0,1] of the padded image of the batch; pixel centres at +0.5.
 *
 * <p><b>Threads</b> read by several threads at once.
 */
public interface Supervision {
  /** Rows of the padded image. */
  int height();

  /** Columns of the padded image. */
  int width();

  /** N, the number of targets. */
  int count();

  /** Contiguous class index of target {@code n}. */
  int category(int n);

  /** How many pixels of the padded image are in at least one target. */
  long labelledPixels();

  /**
   * Labels of target {@code n} at points, bilinear between pixel centres, 0 outside.
   *
   * @param points x and y of each point, interleaved
   * @param from index of the first point's x in {@code points}
   * @param count number of points
   * @param labels receives values in [0,1]
   * @param to index of the first label
   */
  void labels(int n, float[] points, int from, int count, float[] labels, int to);

  /**
   * Labels of target {@code n} on a grid of height x width over the padded image, nearest pixel.
   */
  void grid(int n, int height, int width, float[] labels, int to);
}
