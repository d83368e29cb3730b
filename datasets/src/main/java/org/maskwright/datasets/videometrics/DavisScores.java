package org.maskwright.datasets.videometrics;

import java.util.List;

/**
 * DAVIS' result: objects of all sequences, each counting once.
 *
 * @param objects at least one
 */
public record DavisScores(List<OfObject> objects) {
  /** Keeps a copy. */
  public DavisScores {
    objects = List.copyOf(objects);
  }

  /**
   * A measure over the frames of a sequence.
   *
   * @param mean of the frames
   * @param recall the share of frames above 0.5
   * @param decay the mean of the first quarter less that of the last
   */
  public record Statistics(double mean, double recall, double decay) {}

  /**
   * An object of a sequence.
   *
   * @param name SEQUENCE_OBJECT, as the official tool has it
   * @param region J
   * @param boundary F
   */
  public record OfObject(String name, Statistics region, Statistics boundary) {}

  /** J&amp;F, the mean of the two means. */
  public double mean() {
    return (region().mean() + boundary().mean()) / 2;
  }

  /** J, the mean of all objects. */
  public Statistics region() {
    return mean(objects.stream().map(OfObject::region).toList());
  }

  /** F, the mean of all objects. */
  public Statistics boundary() {
    return mean(objects.stream().map(OfObject::boundary).toList());
  }

  private static Statistics mean(List<Statistics> all) {
    return new Statistics(
        all.stream().mapToDouble(Statistics::mean).average().orElseThrow(),
        all.stream().mapToDouble(Statistics::recall).average().orElseThrow(),
        all.stream().mapToDouble(Statistics::decay).average().orElseThrow());
  }
}
