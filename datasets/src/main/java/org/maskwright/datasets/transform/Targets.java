package org.maskwright.datasets.transform;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;

/**
 * Which segments become which training targets. A task differs from another in nothing but this.
 *
 * <ul>
 *   <li>semantic: one target for each class present, in class order; crowds belong to their class
 *   <li>instance: one target for each thing that is no crowd
 *   <li>panoptic: one for each thing that is no crowd, and one for each stuff class present
 * </ul>
 *
 * <p>Of a clip the segments of all frames are taken together: one thing is all segments of its id,
 * which is its track's.
 */
public final class Targets {
  private final int[] classes;
  private final int[] targetOf;

  private Targets(int[] classes, int[] targetOf) {
    this.classes = classes;
    this.targetOf = targetOf;
  }

  /** The targets of a photograph's {@code segments} for {@code task}: each is an object. */
  public static Targets of(Task task, Categories categories, List<Segment> segments) {
    return of(task, categories, segments, i -> i);
  }

  /**
   * The targets of a clip's {@code segments}, those of all frames in a row: segments of one id are
   * an object.
   */
  public static Targets ofTracks(Task task, Categories categories, List<Segment> segments) {
    return of(task, categories, segments, i -> segments.get(i).id());
  }

  private static Targets of(
      Task task, Categories categories, List<Segment> segments, IntToLongFunction object) {
    return switch (task) {
      case SEMANTIC -> semantic(categories, segments);
      case INSTANCE -> single(categories, segments, object, Stuff.LEFT_OUT);
      case PANOPTIC -> single(categories, segments, object, Stuff.MERGED);
    };
  }

  private enum Stuff {
    LEFT_OUT,
    MERGED
  }

  private static Targets semantic(Categories categories, List<Segment> segments) {
    int[] targetOfClass = new int[categories.size()];
    for (Segment segment : segments) {
      targetOfClass[segment.category()] = 1;
    }
    int count = 0;
    for (int k = 0; k < targetOfClass.length; k++) {
      targetOfClass[k] = targetOfClass[k] == 1 ? count++ : -1;
    }
    int[] classes = new int[count];
    int[] targetOf = new int[segments.size()];
    for (int i = 0; i < targetOf.length; i++) {
      int k = segments.get(i).category();
      targetOf[i] = targetOfClass[k];
      classes[targetOfClass[k]] = k;
    }
    return new Targets(classes, targetOf);
  }

  private static Targets single(
      Categories categories, List<Segment> segments, IntToLongFunction object, Stuff stuff) {
    int[] classes = new int[segments.size()];
    int[] targetOf = new int[segments.size()];
    Map<Long, Integer> targetOfThing = new HashMap<>();
    Map<Integer, Integer> targetOfStuff = new HashMap<>();
    int count = 0;
    for (int i = 0; i < targetOf.length; i++) {
      Segment segment = segments.get(i);
      int k = segment.category();
      boolean thing = categories.isThing(k);
      if (segment.crowd() || (!thing && stuff == Stuff.LEFT_OUT)) {
        targetOf[i] = -1;
        continue;
      }
      Integer known =
          thing
              ? targetOfThing.putIfAbsent(object.applyAsLong(i), count)
              : targetOfStuff.putIfAbsent(k, count);
      if (known == null) {
        classes[count] = k;
        targetOf[i] = count++;
      } else {
        targetOf[i] = known;
      }
    }
    return new Targets(Arrays.copyOf(classes, count), targetOf);
  }

  /** N, the number of targets. */
  public int count() {
    return classes.length;
  }

  /** The class of each target; not a copy. */
  public int[] classes() {
    return classes;
  }

  /** For each segment its target, or -1 if it is not trained on; not a copy. */
  public int[] targetOf() {
    return targetOf;
  }
}
