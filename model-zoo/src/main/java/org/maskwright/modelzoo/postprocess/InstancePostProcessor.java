package org.maskwright.modelzoo.postprocess;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import org.maskwright.engine.runtime.Parallel;

/**
 * Instance results: the best pairs of query and class, each with the pixels whose mask logit is
 * positive.
 *
 * <p>score = class probability * mean mask probability inside the mask; of an object of a clip its
 * class probability alone, the same in all frames.
 *
 * <p><b>Source</b> Mask2Former's instance_inference and, of clips, inference_video; <b>Differs:</b>
 * boxes are those of the masks, where the reference has zeros
 *
 * <p><b>Cost, memory</b> each mask is made once, in parallel, as runs; one band of rows per thread
 */
public final class InstancePostProcessor {
  private static final int BAND = 32;
  private static final double EPS = 1e-6;

  private InstancePostProcessor() {}

  /**
   * The best instances of one image.
   *
   * @param topK pairs of query and class taken before masks are looked at; 100 in all recipes
   * @param keepClass which classes may appear: only things where panoptic results are made too,
   *     which leaves fewer than topK
   * @return falling in score
   */
  public static InstanceSet process(
      QueryOutputs outputs, ImageFrame frame, int topK, IntPredicate keepClass) {
    outputs.requireMasks();
    int[] pairs = best(outputs, topK, keepClass);
    int[] queries =
        Arrays.stream(pairs).map(p -> p / outputs.classes()).distinct().sorted().toArray();
    Resampler resampler = Resampler.toOriginalTransposed(outputs, frame);
    Made[] made = new Made[outputs.queries()];
    Parallel.forEach(queries.length, i -> made[queries[i]] = make(outputs, resampler, queries[i]));
    List<InstanceSet.Instance> instances = new ArrayList<>();
    for (int pair : pairs) {
      int query = pair / outputs.classes();
      int index = pair % outputs.classes();
      double sure = outputs.ofClip() ? 1 : made[query].meanProbability;
      double score = outputs.classProb(query, index) * sure;
      instances.add(
          new InstanceSet.Instance(index, score, made[query].mask, outputs.objectOf(query)));
    }
    instances.sort(Comparator.comparingDouble(InstanceSet.Instance::score).reversed());
    return new InstanceSet(instances);
  }

  /** Positions query * K + class of the largest probabilities, then those of kept classes. */
  private static int[] best(QueryOutputs outputs, int topK, IntPredicate keepClass) {
    int classes = outputs.classes();
    long[] keys = new long[outputs.queries() * classes];
    for (int i = 0; i < keys.length; i++) {
      // Bits of non-negative floats sort as the floats do; equal ones by position.
      long bits = Float.floatToIntBits(outputs.classProb(i / classes, i % classes));
      keys[i] = -(bits << Integer.SIZE) + i;
    }
    Arrays.sort(keys);
    return Arrays.stream(keys)
        .limit(topK)
        .mapToInt(key -> (int) key)
        .filter(i -> keepClass.test(i % classes))
        .toArray();
  }

  private record Made(RunLengthMask mask, double meanProbability) {}

  private static Made make(QueryOutputs outputs, Resampler columns, int query) {
    float[] plane = transposed(outputs, query);
    boolean[] positive = positiveRows(plane, outputs.maskWidth(), outputs.maskHeight());
    int height = columns.width();
    RunLengthMask.Builder runs = new RunLengthMask.Builder(height, /* width= */ columns.height());
    double sum = 0;
    float[] band = new float[BAND * height];
    float[] scratch = new float[columns.scratchSize(BAND)];
    for (int x0 = 0; x0 < columns.height(); x0 += BAND) {
      int x1 = Math.min(columns.height(), x0 + BAND);
      if (any(positive, columns.firstSource(x0), columns.endSource(x1 - 1))) {
        columns.band(plane, 0, x0, x1, band, 0, scratch);
        sum = addColumns(band, x0, x1, height, runs, sum);
      } else {
        runs.addEmptyColumns(x1 - x0); // interpolation of negative values is negative
      }
    }
    return new Made(runs.mask(), sum / (runs.area() + EPS));
  }

  /** Adds columns to the runs; gives the sum of probabilities so far. */
  private static double addColumns(
      float[] logits, int x0, int x1, int height, RunLengthMask.Builder runs, double before) {
    double sum = before;
    for (int x = x0, at = 0; x < x1; x++) {
      for (int y = 0; y < height; y++, at++) {
        boolean on = logits[at] > 0;
        runs.add(x, y, on);
        if (on) {
          sum += Logistic.of(logits[at]);
        }
      }
    }
    return sum;
  }

  private static float[] transposed(QueryOutputs outputs, int query) {
    int h = outputs.maskHeight();
    int w = outputs.maskWidth();
    float[] out = new float[h * w];
    float[] logits = outputs.maskLogits();
    int from = outputs.maskOffset(query);
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        out[x * h + y] = logits[from + y * w + x];
      }
    }
    return out;
  }

  private static boolean[] positiveRows(float[] plane, int rows, int width) {
    boolean[] out = new boolean[rows];
    for (int i = 0; i < plane.length; i++) {
      if (plane[i] > 0) {
        out[i / width] = true;
      }
    }
    return out;
  }

  private static boolean any(boolean[] flags, int from, int to) {
    for (int i = from; i < to; i++) {
      if (flags[i]) {
        return true;
      }
    }
    return false;
  }
}
