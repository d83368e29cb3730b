package org.maskwright.trainer.probe;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * A linear layer that tells classes apart, fitted to features until nothing improves: the minimum
 * of the mean cross-entropy and a small quadratic penalty, which is unique, so that neither a
 * learning rate nor an order of pictures decides what a probe measures.
 *
 * <p><b>Maths</b> features are standardised by the mean and the deviation of those it is fitted to;
 * L = mean -log softmax(W x + b)_y + p/2 |W|^2; L-BFGS with 10 pairs and a backtracking line
 * search.
 */
final class SoftmaxRegression {
  private static final double PENALTY = 1e-3;
  private static final int ITERATIONS = 200;
  private static final int PAIRS = 10;
  private static final double ENOUGH = 1e-5; // of the largest part of the gradient
  private static final double SUFFICIENT = 1e-4;
  private static final int HALVINGS = 30;
  private static final double TINY = 1e-12;

  private final int classes;
  private final int width;
  private final double[] mean;
  private final double[] scale;
  private final double[] weights; // [K,D+1], the bias last

  private SoftmaxRegression(int classes, double[] mean, double[] scale) {
    this.classes = classes;
    this.width = mean.length;
    this.mean = mean;
    this.scale = scale;
    this.weights = new double[classes * (width + 1)];
  }

  /**
   * Fits one.
   *
   * @param rows features [D], at least one
   * @param labels in [0,K)
   */
  static SoftmaxRegression fit(List<float[]> rows, int[] labels, int classes) {
    int width = rows.get(0).length;
    double[] mean = new double[width];
    double[] scale = new double[width];
    for (float[] row : rows) {
      for (int d = 0; d < width; d++) {
        mean[d] += row[d] / rows.size();
      }
    }
    for (float[] row : rows) {
      for (int d = 0; d < width; d++) {
        scale[d] += (row[d] - mean[d]) * (row[d] - mean[d]) / rows.size();
      }
    }
    for (int d = 0; d < width; d++) {
      scale[d] = scale[d] > TINY ? 1 / Math.sqrt(scale[d]) : 0;
    }
    SoftmaxRegression out = new SoftmaxRegression(classes, mean, scale);
    double[][] standardised = new double[rows.size()][];
    for (int i = 0; i < standardised.length; i++) {
      standardised[i] = out.standardised(rows.get(i));
    }
    out.minimise(standardised, labels);
    return out;
  }

  private double[] standardised(float[] row) {
    double[] out = new double[width + 1];
    for (int d = 0; d < width; d++) {
      out[d] = (row[d] - mean[d]) * scale[d];
    }
    out[width] = 1;
    return out;
  }

  private void minimise(double[][] rows, int[] labels) {
    Deque<double[][]> pairs = new ArrayDeque<>(); // newest first: change of weights, of gradient
    double[] gradient = new double[weights.length];
    double loss = loss(weights, rows, labels, gradient);
    for (int n = 0; n < ITERATIONS && largest(gradient) > ENOUGH; n++) {
      double[] direction = direction(gradient, pairs);
      double slope = dot(direction, gradient);
      double step = pairs.isEmpty() ? 1 / Math.max(1, Math.sqrt(dot(gradient, gradient))) : 1;
      double[] tried = new double[weights.length];
      double[] after = new double[weights.length];
      double lower = Double.NaN;
      int halvings = 0;
      for (; halvings < HALVINGS; halvings++, step /= 2) {
        for (int i = 0; i < tried.length; i++) {
          tried[i] = weights[i] + step * direction[i];
        }
        lower = loss(tried, rows, labels, after);
        if (lower <= loss + SUFFICIENT * step * slope) {
          break;
        }
      }
      if (halvings == HALVINGS) {
        return; // as low as numbers can tell
      }
      double[][] pair = {minus(tried, weights), minus(after, gradient)};
      if (dot(pair[0], pair[1]) > TINY) {
        pairs.addFirst(pair);
        if (pairs.size() > PAIRS) {
          pairs.removeLast();
        }
      }
      System.arraycopy(tried, 0, weights, 0, tried.length);
      gradient = after;
      loss = lower;
    }
  }

  /** Nocedal and Wright, algorithm 7.4: minus the approximate inverse Hessian by the gradient. */
  private static double[] direction(double[] gradient, Deque<double[][]> pairs) {
    double[] q = gradient.clone();
    double[] factors = new double[pairs.size()];
    int i = 0;
    for (double[][] pair : pairs) {
      factors[i] = dot(pair[0], q) / dot(pair[0], pair[1]);
      add(q, -factors[i++], pair[1]);
    }
    if (!pairs.isEmpty()) {
      double[][] newest = pairs.getFirst();
      double by = dot(newest[0], newest[1]) / dot(newest[1], newest[1]);
      for (int d = 0; d < q.length; d++) {
        q[d] *= by;
      }
    }
    for (Iterator<double[][]> oldest = pairs.descendingIterator(); oldest.hasNext(); ) {
      double[][] pair = oldest.next();
      i--;
      add(q, factors[i] - dot(pair[1], q) / dot(pair[0], pair[1]), pair[0]);
    }
    for (int d = 0; d < q.length; d++) {
      q[d] = -q[d];
    }
    return q;
  }

  /** The loss of weights, and its gradient. */
  private double loss(double[] at, double[][] rows, int[] labels, double[] gradient) {
    Arrays.fill(gradient, 0);
    double sum = 0;
    double[] scores = new double[classes];
    for (int i = 0; i < rows.length; i++) {
      sum -= logSoftmax(at, rows[i], scores)[labels[i]];
      for (int k = 0; k < classes; k++) {
        double p = (Math.exp(scores[k]) - (k == labels[i] ? 1 : 0)) / rows.length;
        int from = k * (width + 1);
        double[] row = rows[i];
        for (int d = 0; d <= width; d++) {
          gradient[from + d] += p * row[d];
        }
      }
    }
    double squares = 0;
    for (int k = 0; k < classes; k++) {
      for (int d = 0; d < width; d++) {
        double w = at[k * (width + 1) + d];
        squares += w * w;
        gradient[k * (width + 1) + d] += PENALTY * w;
      }
    }
    return sum / rows.length + PENALTY / 2 * squares;
  }

  private double[] logSoftmax(double[] at, double[] row, double[] scores) {
    double most = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < classes; k++) {
      double score = 0;
      int from = k * (width + 1);
      for (int d = 0; d <= width; d++) {
        score += at[from + d] * row[d];
      }
      scores[k] = score;
      most = Math.max(most, score);
    }
    double all = 0;
    for (double score : scores) {
      all += Math.exp(score - most);
    }
    for (int k = 0; k < classes; k++) {
      scores[k] -= most + Math.log(all);
    }
    return scores;
  }

  /** The logarithms of the probabilities [K] of a row of features. */
  double[] logProbabilities(float[] row) {
    return logSoftmax(weights, standardised(row), new double[classes]);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void add(double[] to, double factor, double[] what) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * what[i];
    }
  }

  private static double[] minus(double[] a, double[] b) {
    double[] out = a.clone();
    add(out, -1, b);
    return out;
  }

  private static double largest(double[] a) {
    double most = 0;
    for (double value : a) {
      most = Math.max(most, Math.abs(value));
    }
    return most;
  }
}
