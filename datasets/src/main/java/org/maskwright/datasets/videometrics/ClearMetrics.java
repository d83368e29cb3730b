package org.maskwright.datasets.videometrics;

import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.metrics.LinearAssignment;

/**
 * The CLEAR metrics of multi-object tracking, of masks: MOTSA, sMOTSA, MOTSP, identity switches and
 * the rest.
 *
 * <p><b>Maths</b> objects and tracks of a frame are matched one to one at an IoU of 0.5 or more, as
 * they were in the last frame with both, else for the largest sum of IoU. MOTSA = (TP - FP - IDS) /
 * (TP + FN); sMOTSA takes the sum of the matches' IoU for TP; MOTSP is their mean.
 *
 * <p><b>Source</b> Evaluating Multiple Object Tracking Performance (Bernardin and Stiefelhagen,
 * 2008); MOTS (arXiv 1902.03604); TrackEval's CLEAR.
 *
 * @param truePositives matched objects of all frames
 * @param falseNegatives objects without a match
 * @param falsePositives tracks without a match
 * @param identitySwitches how often an object's match is another track than its last one
 * @param mostlyTracked objects matched in more than 0.8 of their frames
 * @param partlyTracked the rest with at least 0.2
 * @param mostlyLost the others
 * @param fragmentations how often an object's matches begin again
 * @param frames of the sequences that have objects and tracks
 * @param similarity the sum of the matches' IoU
 */
public record ClearMetrics(
    long truePositives,
    long falseNegatives,
    long falsePositives,
    long identitySwitches,
    long mostlyTracked,
    long partlyTracked,
    long mostlyLost,
    long fragmentations,
    long frames,
    double similarity) {
  private static final double THRESHOLD = 0.5;
  private static final double EPSILON = Math.ulp(1.0);
  private static final double KEEPS_TRACK = 1000; // more than any sum of IoU of a frame
  private static final double MOSTLY = 0.8;
  private static final double PARTLY = 0.2;
  private static final int NONE = -1;

  /** Of one sequence. */
  public static ClearMetrics of(TrackedSequence sequence) {
    if (sequence.trackedDetections() == 0) {
      return new ClearMetrics(0, sequence.trueDetections(), 0, 0, 0, 0, sequence.truths(), 0, 0, 0);
    }
    if (sequence.trueDetections() == 0) {
      return new ClearMetrics(0, 0, sequence.trackedDetections(), 0, 0, 0, 0, 0, 0, 0);
    }
    Counter counter = new Counter(sequence.truths());
    sequence.frames().forEach(counter::add);
    return counter.metrics(sequence);
  }

  /** Of several sequences as one. */
  public static ClearMetrics sum(List<ClearMetrics> all) {
    return new ClearMetrics(
        all.stream().mapToLong(ClearMetrics::truePositives).sum(),
        all.stream().mapToLong(ClearMetrics::falseNegatives).sum(),
        all.stream().mapToLong(ClearMetrics::falsePositives).sum(),
        all.stream().mapToLong(ClearMetrics::identitySwitches).sum(),
        all.stream().mapToLong(ClearMetrics::mostlyTracked).sum(),
        all.stream().mapToLong(ClearMetrics::partlyTracked).sum(),
        all.stream().mapToLong(ClearMetrics::mostlyLost).sum(),
        all.stream().mapToLong(ClearMetrics::fragmentations).sum(),
        all.stream().mapToLong(ClearMetrics::frames).sum(),
        all.stream().mapToDouble(ClearMetrics::similarity).reduce(0, Double::sum));
  }

  /** Multi-object tracking and segmentation accuracy; at most 1, maybe below 0. */
  public double motsa() {
    return (double) (truePositives - falsePositives - identitySwitches) / truths();
  }

  /** MOTSA with the matches' IoU in the place of their number. */
  public double smotsa() {
    return (similarity - falsePositives - identitySwitches) / truths();
  }

  /** The matches' mean IoU; 0 without any. */
  public double motsp() {
    return similarity / Math.max(1, truePositives);
  }

  /** MOTSA without identity switches. */
  public double modsa() {
    return (double) (truePositives - falsePositives) / truths();
  }

  public double recall() {
    return truePositives / truths();
  }

  public double precision() {
    return truePositives / Math.max(1.0, truePositives + falsePositives);
  }

  private double truths() {
    return Math.max(1.0, truePositives + falseNegatives);
  }

  /** Counts a sequence frame by frame. */
  private static final class Counter {
    private final int[] present;
    private final int[] matched;
    private final int[] starts;
    private final int[] lastTrack; // of each object's last match
    private final int[] track; // of the last frame that had objects and tracks
    private long truePositives;
    private long falseNegatives;
    private long falsePositives;
    private long switches;
    private double similarity;

    Counter(int truths) {
      present = new int[truths];
      matched = new int[truths];
      starts = new int[truths];
      lastTrack = new int[truths];
      track = new int[truths];
      Arrays.fill(lastTrack, NONE);
      Arrays.fill(track, NONE);
    }

    void add(TrackedFrame frame) {
      for (int g = 0; g < frame.truths(); g++) {
        present[frame.truth(g)]++;
      }
      if (frame.truths() == 0 || frame.tracks() == 0) {
        falsePositives += frame.tracks();
        falseNegatives += frame.truths();
        return;
      }
      int[] match = match(frame);
      int[] before = track.clone();
      Arrays.fill(track, NONE);
      long matches = 0;
      double sum = 0;
      for (int g = 0; g < match.length; g++) {
        if (match[g] == NONE) {
          continue;
        }
        int object = frame.truth(g);
        int found = frame.track(match[g]);
        switches += lastTrack[object] != NONE && lastTrack[object] != found ? 1 : 0;
        starts[object] += before[object] == NONE ? 1 : 0;
        lastTrack[object] = found;
        track[object] = found;
        matched[object]++;
        matches++;
        sum += frame.similarity(g, match[g]);
      }
      truePositives += matches;
      falseNegatives += frame.truths() - matches;
      falsePositives += frame.tracks() - matches;
      similarity += sum;
    }

    private int[] match(TrackedFrame frame) {
      double[] costs = new double[frame.truths() * frame.tracks()];
      for (int g = 0; g < frame.truths(); g++) {
        for (int p = 0; p < frame.tracks(); p++) {
          double similarity = frame.similarity(g, p);
          boolean kept = track[frame.truth(g)] == frame.track(p);
          double score = (kept ? KEEPS_TRACK : 0) + similarity;
          costs[g * frame.tracks() + p] = similarity < THRESHOLD - EPSILON ? -0.0 : -score;
        }
      }
      int[] match = LinearAssignment.columns(costs, frame.truths(), frame.tracks());
      for (int g = 0; g < match.length; g++) {
        if (match[g] != NONE && !(-costs[g * frame.tracks() + match[g]] > EPSILON)) {
          match[g] = NONE;
        }
      }
      return match;
    }

    ClearMetrics metrics(TrackedSequence sequence) {
      long mostly = 0;
      long partly = 0;
      long fragments = 0;
      for (int object = 0; object < present.length; object++) {
        double share = present[object] == 0 ? 0 : (double) matched[object] / present[object];
        mostly += share > MOSTLY ? 1 : 0;
        partly += share >= PARTLY && !(share > MOSTLY) ? 1 : 0;
        fragments += Math.max(0, starts[object] - 1);
      }
      return new ClearMetrics(
          truePositives,
          falseNegatives,
          falsePositives,
          switches,
          mostly,
          partly,
          present.length - mostly - partly,
          fragments,
          sequence.frames().size(),
          similarity);
    }
  }
}
