package org.maskwright.modelzoo.postprocess;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.maskwright.engine.runtime.Parallel;

/**
 * Semantic results: the class with the largest sum over queries of class probability times mask
 * probability. Of a model that classifies pixels mask probability is the softmax over the classes:
 * with {@link Order#RESIZE_THEN_SCORE} the result is the class with the largest resized logit, with
 * {@link Order#SCORE_THEN_RESIZE} that with the largest resized probability.
 *
 * <p><b>Source</b> MaskFormer (arXiv 2107.06278), section 3.3
 *
 * <p><b>Cost</b> H*W*Q*K multiply-adds in parallel; memory of one band of the queries per thread.
 * Of many classes those that cannot be the largest anywhere in a band are left out.
 */
public final class SemanticPostProcessor {
  /** When the class scores are formed: the official SEM_SEG_POSTPROCESSING_BEFORE_INFERENCE. */
  public enum Order {
    /**
     * Mask logits are resized to the image, then scored: the official rule where panoptic or
     * instance results are made too.
     */
    RESIZE_THEN_SCORE,
    /** Scored at the size of the model's input, then resized: the official rule otherwise. */
    SCORE_THEN_RESIZE
  }

  /**
   * Receives the scores of the classes, row by row of the result.
   *
   * <p><b>Threads</b> rows come in any order and several at once; those of a row from one thread.
   */
  @FunctionalInterface
  public interface ScoreRows {
    /** Row y begins. */
    ClassScores row(int y);
  }

  /** Receives the scores of a row, one class after the other from the first on. */
  @FunctionalInterface
  public interface ClassScores {
    /**
     * Those of a class.
     *
     * @param scores [width]; overwritten after the call
     */
    void add(int classIndex, float[] scores);
  }

  /** Mask probabilities of a band are at most so many floats: about the second-level cache. */
  private static final int BAND_FLOATS = 1 << 19;

  private static final int MOST_ROWS = 32;

  /** Classes for each query from which on it pays to find out which can be the largest. */
  private static final int MANY = 4;

  /** Share of a sum of probabilities that float32 may be off. */
  private static final float ROUNDING = 1e-4f;

  /** Which scores are asked for. */
  private enum Wanted {
    ALL,
    /** Those that can be the largest of a pixel; others may be left out. */
    LARGEST
  }

  private final QueryOutputs outputs;
  private final SemanticMerge merge;
  private final Wanted wanted;
  private final int[] united; // of UNION_MAX
  private final Resampler resampler;
  private final LinearTaps rows;
  private final LinearTaps columns;

  private SemanticPostProcessor(
      QueryOutputs outputs,
      SemanticMerge merge,
      Wanted wanted,
      Resampler resampler,
      LinearTaps rows,
      LinearTaps columns) {
    this.outputs = outputs;
    this.merge = merge;
    this.wanted = wanted;
    this.united =
        switch (merge) {
          case MARGINALISE -> new int[0];
          case UNION_MAX -> united(outputs);
        };
    this.resampler = resampler;
    this.rows = rows;
    this.columns = columns;
  }

  /** The class map of one image at its original size. */
  public static SemanticMap process(QueryOutputs outputs, ImageFrame frame, Order order) {
    return process(outputs, frame, order, SemanticMerge.MARGINALISE);
  }

  /** As {@link #process(QueryOutputs, ImageFrame, Order)}, with masks merged otherwise. */
  public static SemanticMap process(
      QueryOutputs outputs, ImageFrame frame, Order order, SemanticMerge merge) {
    int width = frame.width();
    int[] labels = new int[frame.height() * width];
    of(outputs, frame, order, merge, Wanted.LARGEST).bands(y -> new Best(labels, y * width, width));
    return new SemanticMap(frame.height(), width, labels);
  }

  /** The scores of which {@link #process} takes the largest, at the original size. */
  public static void scores(
      QueryOutputs outputs,
      ImageFrame frame,
      Order order,
      SemanticMerge merge,
      ScoreRows receiver) {
    of(outputs, frame, order, merge, Wanted.ALL).bands(receiver);
  }

  private static SemanticPostProcessor of(
      QueryOutputs outputs, ImageFrame frame, Order order, SemanticMerge merge, Wanted wanted) {
    Resampler resampler =
        switch (order) {
          case RESIZE_THEN_SCORE -> Resampler.toOriginal(outputs, frame);
          case SCORE_THEN_RESIZE -> Resampler.toContent(outputs, frame);
        };
    return new SemanticPostProcessor(
        outputs,
        merge,
        wanted,
        resampler,
        LinearTaps.bilinear(resampler.height(), frame.height()),
        LinearTaps.bilinear(resampler.width(), frame.width()));
  }

  /** The class with the largest score of each pixel of a row, the first of those that are equal. */
  public static final class Best implements ClassScores {
    private final int[] labels;
    private final int to;
    private final float[] best;

    /**
     * A row of labels.
     *
     * @param labels that receive the classes
     * @param to where the row begins in them
     */
    public Best(int[] labels, int to, int width) {
      this.labels = labels;
      this.to = to;
      this.best = new float[width];
      Arrays.fill(best, Float.NEGATIVE_INFINITY);
    }

    @Override
    public void add(int classIndex, float[] scores) {
      for (int x = 0; x < best.length; x++) {
        if (scores[x] > best[x]) {
          best[x] = scores[x];
          labels[to + x] = classIndex;
        }
      }
    }
  }

  private void bands(ScoreRows receiver) {
    int height = rows.size();
    int perRow = Math.multiplyExact(outputs.queries(), resampler.width());
    // Rows of the result; where it is smaller than the input, each needs several rows of scores.
    long scored = (long) perRow * Math.max(1, (resampler.height() + height - 1) / height);
    int band = (int) Math.max(1, Math.min(MOST_ROWS, BAND_FLOATS / scored));
    int bands = (height + band - 1) / band;
    Parallel.forEach(bands, b -> band(b * band, Math.min(height, b * band + band), receiver));
  }

  /** One class after the other, so that no array is of all classes and all pixels. */
  private void band(int y0, int y1, ScoreRows receiver) {
    int first = rows.start(y0);
    int end = rows.start(y1 - 1) + rows.count();
    float[] probs = probabilities(first, end);
    Band band = new Band(y0, first, probs, (end - first) * resampler.width());
    ClassScores[] out = new ClassScores[y1 - y0];
    for (int y = y0; y < y1; y++) {
      out[y - y0] = receiver.row(y);
    }
    boolean some =
        wanted == Wanted.LARGEST
            && merge == SemanticMerge.MARGINALISE
            && outputs.classes() > MANY * outputs.queries();
    float least = some ? leastOfLargest(band, y1 - y0) : 0;
    for (int k = 0; k < outputs.classes(); k++) {
      if (!some || band.atMost(k) >= least) {
        band.add(k, out);
      }
    }
  }

  /**
   * The smallest of the pixels' largest scores, as far as the likeliest class of each query gives
   * it, less what rounding may take.
   */
  private float leastOfLargest(Band band, int count) {
    Best[] best = new Best[count];
    for (int y = 0; y < count; y++) {
      best[y] = new Best(new int[columns.size()], 0, columns.size());
    }
    IntStream.range(0, outputs.queries())
        .map(outputs::likeliestClass)
        .distinct()
        .forEach(k -> band.add(k, best));
    float least = Float.POSITIVE_INFINITY;
    for (Best row : best) {
      for (float score : row.best) {
        least = Math.min(least, score);
      }
    }
    return least * (1 - ROUNDING);
  }

  /** Rows of the result with what their scores are made of. */
  private final class Band {
    private final int y0;
    private final int first;
    private final float[] probs;
    private final int plane;
    private final float[] most; // of each query in the band
    private final float[] scores;
    private final float[] down = new float[resampler.width()];
    private final float[] across = new float[columns.size()];

    /**
     * Rows from y0 on.
     *
     * @param first row of the resampler's size
     * @param probs [Q,plane]
     */
    Band(int y0, int first, float[] probs, int plane) {
      this.y0 = y0;
      this.first = first;
      this.probs = probs;
      this.plane = plane;
      scores = new float[plane];
      most = new float[outputs.queries()];
      for (int i = 0; i < probs.length; i++) {
        most[i / plane] = Math.max(most[i / plane], probs[i]);
      }
    }

    /** No score of a class is above it. */
    float atMost(int k) {
      float sum = 0;
      for (int q = 0; q < most.length; q++) {
        sum += outputs.classProb(q, k) * most[q];
      }
      return sum;
    }

    /** Gives a class's scores to each row. */
    void add(int k, ClassScores[] out) {
      Arrays.fill(scores, 0);
      switch (merge) {
        case MARGINALISE -> weightedSum(k, probs, plane, scores);
        case UNION_MAX -> union(k, probs, plane, scores);
      }
      int between = down.length;
      for (int y = y0; y < y0 + out.length; y++) {
        Arrays.fill(down, 0);
        for (int t = 0; t < rows.count(); t++) {
          int from = (rows.start(y) + t - first) * between;
          float w = rows.weight(y, t);
          for (int x = 0; x < between; x++) {
            down[x] += w * scores[from + x];
          }
        }
        columns.apply(down, 0, across, 0);
        out[y - y0].add(k, across);
      }
    }
  }

  /** Mask probabilities of rows of the resampler's size: [Q,rows,width]. */
  private float[] probabilities(int first, int end) {
    int n = end - first;
    int plane = n * resampler.width();
    int queries = outputs.queries();
    float[] probs = new float[queries * plane];
    float[] scratch = new float[resampler.scratchSize(n)];
    for (int q = 0; q < queries; q++) {
      resampler.band(
          outputs.maskLogits(), outputs.maskOffset(q), first, end, probs, q * plane, scratch);
    }
    switch (outputs.maskScores()) {
      case SIGMOID -> Logistic.apply(probs, 0, probs.length);
      case SOFTMAX -> softmax(probs, plane);
    }
    return probs;
  }

  /** scores = max over the queries whose class is k of probs[q]. */
  private void union(int k, float[] probs, int plane, float[] scores) {
    for (int q = 0; q < united.length; q++) {
      if (united[q] == k) {
        for (int i = 0; i < plane; i++) {
          scores[i] = Math.max(scores[i], probs[q * plane + i]);
        }
      }
    }
  }

  /** The class of each query that is united with others; -1: none. */
  private static int[] united(QueryOutputs outputs) {
    int[] out = new int[outputs.queries()];
    boolean nothing = IntStream.range(0, out.length).noneMatch(q -> isObject(outputs, q));
    for (int q = 0; q < out.length; q++) {
      out[q] = nothing || isObject(outputs, q) ? outputs.likeliestClass(q) : -1;
    }
    return out;
  }

  private static boolean isObject(QueryOutputs outputs, int query) {
    return outputs.classProb(query, outputs.likeliestClass(query))
        >= outputs.classProb(query, outputs.classes());
  }

  /** Softmax over the queries at each pixel of [Q,plane], in place. */
  private void softmax(float[] logits, int plane) {
    for (int i = 0; i < plane; i++) {
      float max = Float.NEGATIVE_INFINITY;
      for (int at = i; at < logits.length; at += plane) {
        max = Math.max(max, logits[at]);
      }
      double sum = 0;
      for (int at = i; at < logits.length; at += plane) {
        double e = Math.exp(logits[at] - max);
        logits[at] = (float) e;
        sum += e;
      }
      for (int at = i; at < logits.length; at += plane) {
        logits[at] = (float) (logits[at] / sum);
      }
    }
  }

  /** scores = sum over q of classProb(q,k) * probs[q], four queries at a time. */
  private void weightedSum(int k, float[] probs, int plane, float[] scores) {
    int q = 0;
    for (; q + 4 <= outputs.queries(); q += 4) {
      float a = outputs.classProb(q, k);
      float b = outputs.classProb(q + 1, k);
      float c = outputs.classProb(q + 2, k);
      float d = outputs.classProb(q + 3, k);
      if (a == 0 && b == 0 && c == 0 && d == 0) {
        continue; // all but one group where a query stands for a class
      }
      int from = q * plane;
      for (int i = 0; i < plane; i++) {
        scores[i] +=
            a * probs[from + i]
                + b * probs[from + plane + i]
                + c * probs[from + 2 * plane + i]
                + d * probs[from + 3 * plane + i];
      }
    }
    for (; q < outputs.queries(); q++) {
      float a = outputs.classProb(q, k);
      for (int i = 0; i < plane; i++) {
        scores[i] += a * probs[q * plane + i];
      }
    }
  }
}
