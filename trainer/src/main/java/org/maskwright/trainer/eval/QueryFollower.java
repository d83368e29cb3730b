package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.maskwright.datasets.metrics.LinearAssignment;
import org.maskwright.modelzoo.postprocess.QueryOutputs;

/**
 * Says for each query of a window which object of the video it stands for: that of a query of the
 * window before, or of an object that was lost, or a new one.
 *
 * <p><b>Maths</b> queries and objects are assigned one to one for the largest sum of likeness: 0.65
 * times the IoU of the masks on the frames that both windows have (where they have none, on the
 * last frame of the one and the first of the other), plus 0.35 times the cosine of the queries'
 * states; where neither has a pixel there, 0.6 times the cosine. Another likeliest class leaves 0.6
 * of it, and less is left the more the class probabilities differ, so that of two queries on one
 * object the sure one goes on with the sure one. An object that was lost is known by its state.
 *
 * <p><b>Memory</b> the outputs of one window, and a state for each object that was lost.
 */
final class QueryFollower {
  private static final double OVERLAP = 0.65;
  private static final double STATE = 0.35;
  private static final double STATE_ALONE = 0.6;
  private static final double OTHER_CLASS = 0.6;
  private static final double SAME_QUERY = 0.2; // where queries are carried from frame to frame
  private static final double LEAST = 0.3;

  /** Windows after which an object that no query stands for is given up. */
  private static final int PATIENCE = 8;

  /** What is less sure is forgotten at once when it is lost. */
  private static final double SURE = 0.3;

  private final boolean carried;
  private List<Followed> before = List.of();
  private Network.SeenClip window; // the one before; null before the first
  private int objects;

  /**
   * An object.
   *
   * @param query of the window before; -1 if it was lost earlier
   * @param lost windows since it was there
   */
  private record Followed(
      int object, int query, State state, int classIndex, double score, int lost) {}

  /** What a query was behind the last layer. */
  private static final class State {
    private final float[] values;

    State(float[] values) {
      this.values = values;
    }

    /** 0 where one of the two is all zeros. */
    double cosine(State other) {
      double product = 0;
      double own = 0;
      double others = 0;
      for (int i = 0; i < values.length; i++) {
        product += (double) values[i] * other.values[i];
        own += (double) values[i] * values[i];
        others += (double) other.values[i] * other.values[i];
      }
      return own == 0 || others == 0 ? 0 : product / Math.sqrt(own * others);
    }
  }

  /**
   * Before the first window of a video.
   *
   * @param carried whether queries start from those of the window before, so that a query is likely
   *     to stand for the same object again
   */
  QueryFollower(boolean carried) {
    this.carried = carried;
  }

  /**
   * The object of each query of the next window, from 1.
   *
   * @param shared number of its first frames that the window before had as its last
   */
  int[] follow(Network.SeenClip next, int shared) {
    QueryOutputs first = next.frames().get(0);
    int queries = first.queries();
    int[] chosen = new int[queries];
    Arrays.fill(chosen, -1);
    if (window != null) {
      int frames = Math.max(1, shared);
      BitSet[] here = masks(next, 0, frames);
      BitSet[] there = masks(window, window.frames().size() - frames, frames);
      chosen =
          LinearAssignment.mostAlike(
              queries,
              before.size(),
              LEAST,
              (q, o) -> {
                int other = before.get(o).query();
                return likeness(next, q, before.get(o), here[q], other < 0 ? null : there[other]);
              });
    }
    return remember(next, chosen);
  }

  private int[] remember(Network.SeenClip next, int[] chosen) {
    QueryOutputs first = next.frames().get(0);
    int[] out = new int[chosen.length];
    List<Followed> now = new ArrayList<>();
    Set<Integer> found = new HashSet<>();
    for (int q = 0; q < chosen.length; q++) {
      out[q] = chosen[q] < 0 ? ++objects : before.get(chosen[q]).object();
      found.add(out[q]);
      int index = first.likeliestClass(q);
      now.add(
          new Followed(out[q], q, state(next, q), index, first.classProb(q, index), /* lost= */ 0));
    }
    for (Followed o : before) {
      if (!found.contains(o.object()) && o.score() >= SURE && o.lost() < PATIENCE) {
        now.add(new Followed(o.object(), -1, o.state(), o.classIndex(), o.score(), o.lost() + 1));
      }
    }
    before = now;
    window = next;
    return out;
  }

  private static State state(Network.SeenClip seen, int query) {
    return new State(seen.states().isEmpty() ? new float[0] : seen.states().get(query));
  }

  /** The pixels of each query's mask in some frames. */
  private static BitSet[] masks(Network.SeenClip clip, int from, int frames) {
    QueryOutputs first = clip.frames().get(from);
    int places = first.maskHeight() * first.maskWidth();
    BitSet[] out = new BitSet[first.queries()];
    for (int q = 0; q < out.length; q++) {
      out[q] = new BitSet(frames * places);
      for (int t = 0; t < frames; t++) {
        QueryOutputs frame = clip.frames().get(from + t);
        for (int i = 0; i < places; i++) {
          if (frame.isInside(q, i)) {
            out[q].set(t * places + i);
          }
        }
      }
    }
    return out;
  }

  private double likeness(
      Network.SeenClip next, int query, Followed object, BitSet mask, BitSet other) {
    QueryOutputs first = next.frames().get(0);
    double cosine = Math.max(0, state(next, query).cosine(object.state()));
    double likeness = STATE_ALONE * cosine;
    if (other != null) {
      BitSet both = (BitSet) mask.clone();
      both.and(other);
      double shared = both.cardinality();
      double either = mask.cardinality() + other.cardinality() - shared;
      if (either > 0) {
        likeness = OVERLAP * shared / either + STATE * cosine;
      }
      if (carried && object.query() == query) {
        likeness += SAME_QUERY;
      }
    }
    int index = first.likeliestClass(query);
    double sure = 1 - Math.abs(first.classProb(query, index) - object.score()) / 2;
    return likeness * sure * (index == object.classIndex() ? 1 : OTHER_CLASS);
  }
}
