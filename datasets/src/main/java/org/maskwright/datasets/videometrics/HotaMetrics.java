package org.maskwright.datasets.videometrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.maskwright.datasets.metrics.LinearAssignment;

/**
 * Higher order tracking accuracy, at the thresholds of overlap 0.05, 0.1, ... 0.95.
 *
 * <p><b>Maths</b> HOTA = sqrt(DetA * AssA). DetA = TP / (TP + FN + FP); AssA is the mean over all
 * matches of the share of frames in which object and track of the match are matched with each
 * other, of the frames that have either.
 *
 * <p><b>Source</b> HOTA (Luiten and others, IJCV 2021, arXiv 2009.07736), TrackEval's HOTA.
 *
 * @param thresholds one entry a threshold
 */
public record HotaMetrics(List<AtThreshold> thresholds) {
  private static final int COUNT = 19;
  private static final double STEP = 0.05;
  private static final double EPSILON = Math.ulp(1.0);
  private static final double TINY = 1e-10;
  private static final int NONE = -1;

  /** Keeps a copy. */
  public HotaMetrics {
    thresholds = List.copyOf(thresholds);
  }

  /**
   * What counts at one threshold.
   *
   * @param association AssA
   * @param associationRecall AssRe
   * @param associationPrecision AssPr
   * @param localization LocA, the matches' mean overlap; 1 without any
   */
  public record AtThreshold(
      long truePositives,
      long falseNegatives,
      long falsePositives,
      double association,
      double associationRecall,
      double associationPrecision,
      double localization) {
    /** DetA. */
    public double detection() {
      return truePositives / Math.max(1.0, truePositives + falseNegatives + falsePositives);
    }

    /** DetRe. */
    public double detectionRecall() {
      return truePositives / Math.max(1.0, truePositives + falseNegatives);
    }

    /** DetPr. */
    public double detectionPrecision() {
      return truePositives / Math.max(1.0, truePositives + falsePositives);
    }

    /** HOTA at this threshold. */
    public double hota() {
      return Math.sqrt(detection() * association);
    }
  }

  private static double alpha(int a) {
    return STEP + a * STEP;
  }

  /** The mean of HOTA over the thresholds. */
  public double hota() {
    return mean(AtThreshold::hota);
  }

  /** The mean of DetA. */
  public double detection() {
    return mean(AtThreshold::detection);
  }

  /** The mean of AssA. */
  public double association() {
    return mean(AtThreshold::association);
  }

  /** The mean of one of the others. */
  public double mean(ToDoubleFunction<AtThreshold> field) {
    return thresholds.stream().mapToDouble(field).reduce(0, Double::sum) / COUNT;
  }

  /** Of one sequence. */
  public static HotaMetrics of(TrackedSequence sequence) {
    Counter counter = new Counter(sequence.truths(), sequence.tracks());
    if (sequence.trueDetections() > 0 && sequence.trackedDetections() > 0) {
      sequence.frames().forEach(counter::align);
    }
    sequence.frames().forEach(counter::add);
    return counter.metrics();
  }

  /** Of several sequences as one: counts add up, association is weighted by matches. */
  public static HotaMetrics sum(List<HotaMetrics> all) {
    List<AtThreshold> out = new ArrayList<>();
    for (int a = 0; a < COUNT; a++) {
      long tp = 0;
      long fn = 0;
      long fp = 0;
      double[] weighted = new double[4];
      for (HotaMetrics one : all) {
        AtThreshold at = one.thresholds.get(a);
        tp += at.truePositives;
        fn += at.falseNegatives;
        fp += at.falsePositives;
        weighted[0] += at.association * at.truePositives;
        weighted[1] += at.associationRecall * at.truePositives;
        weighted[2] += at.associationPrecision * at.truePositives;
        weighted[3] += at.localization * at.truePositives;
      }
      double n = Math.max(1.0, tp);
      double localization = Math.max(TINY, weighted[3]) / Math.max(TINY, tp);
      out.add(
          new AtThreshold(
              tp, fn, fp, weighted[0] / n, weighted[1] / n, weighted[2] / n, localization));
    }
    return new HotaMetrics(out);
  }

  /** Two passes over the frames: how well pairs go together at all, then the matches. */
  private static final class Counter {
    private final int tracks;
    private final long[] truthFrames;
    private final long[] trackFrames;
    private final double[] potential; // [object][track]
    private final int[][] matches = new int[COUNT][]; // [object][track]
    private final double[] overlap = new double[COUNT];
    private final long[] truePositives = new long[COUNT];
    private final long[] falseNegatives = new long[COUNT];
    private final long[] falsePositives = new long[COUNT];

    Counter(int truths, int tracks) {
      this.tracks = tracks;
      truthFrames = new long[truths];
      trackFrames = new long[tracks];
      potential = new double[Math.multiplyExact(truths, tracks)];
      for (int a = 0; a < COUNT; a++) {
        matches[a] = new int[potential.length];
      }
    }

    void align(TrackedFrame frame) {
      double[] ofTruth = new double[frame.truths()];
      double[] ofTrack = new double[frame.tracks()];
      for (int g = 0; g < ofTruth.length; g++) {
        truthFrames[frame.truth(g)]++;
        for (int p = 0; p < ofTrack.length; p++) {
          ofTruth[g] += frame.similarity(g, p);
          ofTrack[p] += frame.similarity(g, p);
        }
      }
      for (int p = 0; p < ofTrack.length; p++) {
        trackFrames[frame.track(p)]++;
        for (int g = 0; g < ofTruth.length; g++) {
          double similarity = frame.similarity(g, p);
          double either = ofTrack[p] + ofTruth[g] - similarity;
          if (either > EPSILON) {
            potential[pair(frame.truth(g), frame.track(p))] += similarity / either;
          }
        }
      }
    }

    private int pair(int truth, int track) {
      return truth * tracks + track;
    }

    private double alignment(int truth, int track) {
      double both = potential[pair(truth, track)];
      return both / (truthFrames[truth] + trackFrames[track] - both);
    }

    void add(TrackedFrame frame) {
      int[] match = match(frame);
      for (int a = 0; a < COUNT; a++) {
        long found = 0;
        for (int g = 0; g < match.length; g++) {
          if (match[g] != NONE && frame.similarity(g, match[g]) >= alpha(a) - EPSILON) {
            found++;
            overlap[a] += frame.similarity(g, match[g]);
            matches[a][pair(frame.truth(g), frame.track(match[g]))]++;
          }
        }
        truePositives[a] += found;
        falseNegatives[a] += frame.truths() - found;
        falsePositives[a] += frame.tracks() - found;
      }
    }

    private int[] match(TrackedFrame frame) {
      if (frame.truths() == 0 || frame.tracks() == 0) {
        int[] none = new int[frame.truths()];
        Arrays.fill(none, NONE);
        return none;
      }
      double[] costs = new double[frame.truths() * frame.tracks()];
      for (int g = 0; g < frame.truths(); g++) {
        for (int p = 0; p < frame.tracks(); p++) {
          costs[g * frame.tracks() + p] =
              -(alignment(frame.truth(g), frame.track(p)) * frame.similarity(g, p));
        }
      }
      return LinearAssignment.columns(costs, frame.truths(), frame.tracks());
    }

    HotaMetrics metrics() {
      List<AtThreshold> out = new ArrayList<>();
      for (int a = 0; a < COUNT; a++) {
        double association = 0;
        double recall = 0;
        double precision = 0;
        for (int g = 0; g < truthFrames.length; g++) {
          for (int p = 0; p < tracks; p++) {
            double n = matches[a][pair(g, p)];
            association += n * (n / Math.max(1, truthFrames[g] + trackFrames[p] - n));
            recall += n * (n / Math.max(1, truthFrames[g]));
            precision += n * (n / Math.max(1, trackFrames[p]));
          }
        }
        double tp = Math.max(1.0, truePositives[a]);
        out.add(
            new AtThreshold(
                truePositives[a],
                falseNegatives[a],
                falsePositives[a],
                association / tp,
                recall / tp,
                precision / tp,
                Math.max(TINY, overlap[a]) / Math.max(TINY, truePositives[a])));
      }
      return new HotaMetrics(out);
    }
  }
}
