package org.maskwright.trainer.weak;

import java.util.Optional;
import org.maskwright.trainer.loss.Places;
import org.maskwright.trainer.loss.PointSource;
import org.maskwright.trainer.loss.Supervision;

/**
 * What the annotation says about one target: the questions of {@link Supervision}, answered by the
 * target itself.
 */
interface TargetSupervision {
  /** Contiguous class index. */
  int category();

  /** See {@link Supervision#labels}. */
  void labels(float[] points, int from, int count, float[] labels, int to);

  /** See {@link Supervision#weights}. */
  void weights(float[] points, int from, int count, float[] weights, int to);

  /** See {@link Supervision#grid}. */
  void grid(int height, int width, float[] labels, int to);

  /** See {@link Supervision#gridWeights}. */
  void gridWeights(int height, int width, float[] weights, int to);

  /** See {@link Supervision#places}. */
  Optional<Places> places(PointSource.Uniform random);

  /** Factor on its share of a term. */
  double weight(String term);

  /** See {@link Supervision#said}. */
  <E> Optional<E> said(Class<E> type);
}
