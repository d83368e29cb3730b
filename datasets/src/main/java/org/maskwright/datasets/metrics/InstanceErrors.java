package org.maskwright.datasets.metrics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What became of the true objects, and what the detections are, by class and size; detections below
 * a score threshold do not count.
 *
 * <p><b>Maths</b> Detections are matched with true objects at mask IoU 0.5, the highest score
 * first, whatever their classes ({@link ConfusionMatrix}). An object or detection that is left over
 * is given the first reason that holds, in the order of the constants.
 *
 * <p><b>Source</b> The kinds of error are those of TIDE (arXiv 2008.08115) where it has them: wrong
 * class, outline (its localisation), duplicate, invented (its background) and missed; split and
 * merged objects are counted after Caicedo and others (Cytometry Part A 95, 2019, p. 952).
 * <b>Differs:</b> what is left over has one reason, not a gain of AP; an outline begins at IoU 0.3,
 * TIDE's at 0.1.
 */
public final class InstanceErrors {
  /** What became of a true object. */
  public enum TrueObject {
    /** Matched by a detection of its class. */
    FOUND,
    /** Matched by a detection of another class. */
    WRONG_CLASS,
    /** At least half of it lies in a detection that holds half of another true object too. */
    MERGED,
    /**
     * Two or more unmatched detections lie by half or more in it, each over a tenth of it, together
     * over half.
     */
    SPLIT,
    /** A detection of its class that matches nothing has an IoU of 0.3 to 0.5 with it. */
    OUTLINE,
    /** None of these. */
    MISSED;

    /** As in tables and JSON. */
    public String label() {
      return InstanceErrors.label(this);
    }
  }

  /** What a detection is. */
  public enum Detected {
    /** Matches an object of its class. */
    RIGHT,
    /** Matches an object of another class. */
    WRONG_CLASS,
    /** Its IoU with an object that a surer detection matched is 0.5 or more. */
    DUPLICATE,
    /** Holds half or more of two or more objects. */
    MERGE,
    /** That of an object's {@link TrueObject#OUTLINE}. */
    OUTLINE,
    /** Half or more of it lies in one object. */
    PART,
    /** None of these. */
    INVENTED;

    /** As in tables and JSON. */
    public String label() {
      return InstanceErrors.label(this);
    }
  }

  private record Objects(int ofClass, ObjectSize size, TrueObject what) {}

  private record Detections(int ofClass, ObjectSize size, Detected what) {}

  private final List<String> classes;
  private final Map<Objects, Long> objects = new HashMap<>();
  private final Map<Detections, Long> detections = new HashMap<>();

  InstanceErrors(List<String> classes) {
    this.classes = List.copyOf(classes);
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  void add(int ofClass, ObjectSize size, TrueObject what) {
    objects.merge(new Objects(ofClass, size, what), 1L, Long::sum);
  }

  void add(int ofClass, ObjectSize size, Detected what) {
    detections.merge(new Detections(ofClass, size, what), 1L, Long::sum);
  }

  /** The names of the classes, in order. */
  public List<String> classes() {
    return classes;
  }

  /** How many true objects of a class and a size became this. */
  public long count(int ofClass, ObjectSize size, TrueObject what) {
    return objects.getOrDefault(new Objects(ofClass, size, what), 0L);
  }

  /** How many detections of a class and a size are this. */
  public long count(int ofClass, ObjectSize size, Detected what) {
    return detections.getOrDefault(new Detections(ofClass, size, what), 0L);
  }

  /** Of all classes. */
  public long count(ObjectSize size, TrueObject what) {
    long sum = 0;
    for (int c = 0; c < classes.size(); c++) {
      sum += count(c, size, what);
    }
    return sum;
  }

  /** Of all classes. */
  public long count(ObjectSize size, Detected what) {
    long sum = 0;
    for (int c = 0; c < classes.size(); c++) {
      sum += count(c, size, what);
    }
    return sum;
  }

  /** Of all classes and sizes. */
  public long count(TrueObject what) {
    return Arrays.stream(ObjectSize.values()).mapToLong(size -> count(size, what)).sum();
  }

  /** Of all classes and sizes. */
  public long count(Detected what) {
    return Arrays.stream(ObjectSize.values()).mapToLong(size -> count(size, what)).sum();
  }
}
