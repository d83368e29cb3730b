package org.maskwright.trainer.probe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Classes by the most similar pictures whose class is known.
 *
 * <p><b>Maths</b> the k = 20 rows of the largest cosine vote for their class with exp(cosine /
 * 0.07).
 *
 * <p><b>Source</b> the field's protocol (InstDisc, arXiv 1805.01978; DINO, arXiv 2104.14294).
 */
final class NearestNeighbours {
  private static final int K = 20;
  private static final double TEMPERATURE = 0.07;

  private final List<float[]> rows;
  private final int[] labels;
  private final int classes;

  NearestNeighbours(List<float[]> rows, int[] labels, int classes) {
    this.rows = rows.stream().map(NearestNeighbours::unit).toList();
    this.labels = labels.clone();
    this.classes = classes;
  }

  private static float[] unit(float[] row) {
    double squares = 0;
    for (float value : row) {
      squares += (double) value * value;
    }
    float by = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
    float[] out = row.clone();
    for (int d = 0; d < out.length; d++) {
      out[d] *= by;
    }
    return out;
  }

  /** Votes [K] for each class. */
  double[] votes(float[] row) {
    float[] own = unit(row);
    double[] cosines = new double[rows.size()];
    for (int i = 0; i < cosines.length; i++) {
      float[] other = rows.get(i);
      double sum = 0;
      for (int d = 0; d < own.length; d++) {
        sum += own[d] * other[d];
      }
      cosines[i] = sum;
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, cosines.length).boxed().toList());
    order.sort(Comparator.comparingDouble((Integer i) -> -cosines[i]));
    double[] votes = new double[classes];
    for (int i : order.subList(0, Math.min(K, order.size()))) {
      votes[labels[i]] += Math.exp(cosines[i] / TEMPERATURE);
    }
    return votes;
  }
}
