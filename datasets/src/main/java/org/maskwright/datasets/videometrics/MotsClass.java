package org.maskwright.datasets.videometrics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.LinearAssignment;
import org.maskwright.datasets.video.MotsText;
import org.maskwright.datasets.video.MotsText.Mask;

/**
 * The masks of one class in a sequence as numbers of objects and overlaps. A track's mask that
 * matches no object at an IoU of 0.5 and lies by more than half in a region that does not count is
 * left out.
 *
 * <p><b>Source</b> TrackEval's MOTSChallenge and KittiMOTS.
 */
final class MotsClass {
  private static final double HALF = 0.5;
  private static final double EPSILON = Math.ulp(1.0);
  private static final double NO_MATCH = 10_000;

  private final int classId;
  private final List<List<Mask>> truths = new ArrayList<>();
  private final List<List<Mask>> tracks = new ArrayList<>();
  private final List<double[][]> similarities = new ArrayList<>();

  private MotsClass(int classId) {
    this.classId = classId;
  }

  static TrackedSequence sequence(
      int classId, SortedMap<Integer, List<Mask>> truth, SortedMap<Integer, List<Mask>> predicted) {
    MotsClass of = new MotsClass(classId);
    Collection<Integer> frames = new TreeSet<>(truth.keySet());
    frames.addAll(predicted.keySet());
    for (int frame : frames) {
      of.add(truth.getOrDefault(frame, List.of()), predicted.getOrDefault(frame, List.of()));
    }
    return of.numbered();
  }

  private List<Mask> ofClass(List<Mask> masks) {
    return masks.stream().filter(mask -> mask.classId() == classId).toList();
  }

  private void add(List<Mask> truth, List<Mask> predicted) {
    List<Mask> wanted = ofClass(truth);
    List<Mask> found = ofClass(predicted);
    double[][] similarity = new double[wanted.size()][found.size()];
    for (int g = 0; g < wanted.size(); g++) {
      for (int p = 0; p < found.size(); p++) {
        similarity[g][p] = wanted.get(g).mask().iou(found.get(p).mask());
      }
    }
    List<Rle> ignored =
        truth.stream().filter(mask -> mask.classId() == MotsText.IGNORED).map(Mask::mask).toList();
    List<Integer> kept = kept(similarity, found, ignored);
    double[][] rest = new double[wanted.size()][kept.size()];
    for (int g = 0; g < wanted.size(); g++) {
      for (int i = 0; i < kept.size(); i++) {
        rest[g][i] = similarity[g][kept.get(i)];
      }
    }
    truths.add(wanted);
    tracks.add(kept.stream().map(found::get).toList());
    similarities.add(rest);
  }

  private static List<Integer> kept(double[][] similarity, List<Mask> found, List<Rle> ignored) {
    boolean[] matched = matched(similarity, found.size());
    Rle region = ignored.isEmpty() ? null : Rle.union(ignored);
    List<Integer> kept = new ArrayList<>();
    for (int p = 0; p < found.size(); p++) {
      boolean within = region != null && found.get(p).mask().iouWithCrowd(region) > HALF + EPSILON;
      if (matched[p] || !within) {
        kept.add(p);
      }
    }
    return kept;
  }

  private static boolean[] matched(double[][] similarity, int tracks) {
    boolean[] matched = new boolean[tracks];
    if (similarity.length == 0 || tracks == 0) {
      return matched;
    }
    double[] costs = new double[similarity.length * tracks];
    for (int i = 0; i < costs.length; i++) {
      double of = similarity[i / tracks][i % tracks];
      costs[i] = of < HALF - EPSILON ? NO_MATCH : -of;
    }
    int[] columns = LinearAssignment.columns(costs, similarity.length, tracks);
    for (int g = 0; g < columns.length; g++) {
      if (columns[g] >= 0 && -costs[g * tracks + columns[g]] > EPSILON) {
        matched[columns[g]] = true;
      }
    }
    return matched;
  }

  private TrackedSequence numbered() {
    Map<Long, Integer> truthNumbers = numbers(truths);
    Map<Long, Integer> trackNumbers = numbers(tracks);
    List<TrackedFrame> frames = new ArrayList<>();
    for (int t = 0; t < truths.size(); t++) {
      List<Mask> wanted = truths.get(t);
      List<Mask> found = tracks.get(t);
      double[] flat = new double[wanted.size() * found.size()];
      for (int i = 0; i < flat.length; i++) {
        flat[i] = similarities.get(t)[i / found.size()][i % found.size()];
      }
      frames.add(
          new TrackedFrame(
              wanted.stream().mapToInt(mask -> truthNumbers.get(mask.id())).toArray(),
              found.stream().mapToInt(mask -> trackNumbers.get(mask.id())).toArray(),
              flat));
    }
    return new TrackedSequence(frames, truthNumbers.size(), trackNumbers.size());
  }

  /** By rising id. */
  private static Map<Long, Integer> numbers(List<List<Mask>> frames) {
    TreeSet<Long> ids = new TreeSet<>();
    frames.forEach(masks -> masks.forEach(mask -> ids.add(mask.id())));
    Map<Long, Integer> numbers = new HashMap<>();
    ids.forEach(id -> numbers.put(id, numbers.size()));
    return numbers;
  }
}
