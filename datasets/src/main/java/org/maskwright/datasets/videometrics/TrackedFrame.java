package org.maskwright.datasets.videometrics;

import java.util.Arrays;

/**
 * The true and the tracked objects of one frame and how well each pair overlaps.
 *
 * <p><b>Threads</b> Immutable.
 */
public final class TrackedFrame {
  private final int[] truths;
  private final int[] tracks;
  private final double[] similarity;

  /**
   * <b>Shapes</b> similarity [truths, tracks], row-major, in [0,1]; arrays are copied.
   *
   * @param truths the number of each true object, from 0, none twice
   * @param tracks the number of each track, from 0, none twice
   * @throws IllegalArgumentException if the lengths do not fit or a number occurs twice
   */
  public TrackedFrame(int[] truths, int[] tracks, double[] similarity) {
    if (similarity.length != truths.length * tracks.length) {
      throw new IllegalArgumentException(
          "similarity: expected [%d,%d] values, got %d"
              .formatted(truths.length, tracks.length, similarity.length));
    }
    this.truths = distinct(truths, "true object");
    this.tracks = distinct(tracks, "track");
    this.similarity = similarity.clone();
  }

  private static int[] distinct(int[] numbers, String what) {
    if (Arrays.stream(numbers).distinct().count() < numbers.length) {
      throw new IllegalArgumentException(
          "a %s occurs twice in a frame: %s".formatted(what, Arrays.toString(numbers)));
    }
    return numbers.clone();
  }

  int truths() {
    return truths.length;
  }

  int tracks() {
    return tracks.length;
  }

  /** The number of the object in row g. */
  int truth(int g) {
    return truths[g];
  }

  /** The number of the track in column p. */
  int track(int p) {
    return tracks[p];
  }

  double similarity(int g, int p) {
    return similarity[g * tracks.length + p];
  }
}
