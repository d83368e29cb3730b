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
    LogitMasks masks = new LogitMasks(outputs.maskHeight(), outputs.maskWidth(), frame);
    LogitMasks.Scored[] made = new LogitMasks.Scored[outputs.queries()];
    Parallel.forEach(
        queries.length,
        i ->
            made[queries[i]] =
                masks.scored(outputs.maskLogits(), outputs.maskOffset(queries[i]), 0));
    List<InstanceSet.Instance> instances = new ArrayList<>();
    for (int pair : pairs) {
      int query = pair / outputs.classes();
      int index = pair % outputs.classes();
      RunLengthMask mask = made[query].mask();
      double mean = made[query].probabilities() / (mask.area() + EPS);
      double sure = outputs.ofClip() ? 1 : mean;
      double score = outputs.classProb(query, index) * sure;
      instances.add(new InstanceSet.Instance(index, score, mask, outputs.objectOf(query)));
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
}
