package org.maskwright.modelzoo.postprocess;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.maskwright.engine.runtime.Parallel;

/**
 * Panoptic results: each pixel goes to the confident query with the largest class probability times
 * mask probability; queries that lose most of their mask to others are dropped; stuff of a class is
 * one segment.
 *
 * <p><b>Source</b> MaskFormer (arXiv 2107.06278), section 3.3; panoptic_inference of the reference
 *
 * <p><b>Cost, memory</b> H*W per kept query in parallel; one int per pixel and one band per thread
 */
public final class PanopticPostProcessor {
  private static final int BAND = 16;
  private static final float CONFIDENT = 0.5f;

  /**
   * The rule's numbers.
   *
   * @param objectThreshold class probability that a query must exceed, 0.8 (Mapillary 0.0, ADE20K
   *     of MaskFormer 0.7)
   * @param overlapThreshold part of its mask that a query must keep, 0.8
   * @param region which pixels a segment gets
   */
  public record Options(double objectThreshold, double overlapThreshold, Region region) {
    /** Mask2Former's. */
    public static final Options MASK2FORMER = new Options(0.8, 0.8, Region.WON_AND_CONFIDENT);

    /** MaskFormer's. */
    public static final Options MASKFORMER = new Options(0.8, 0.8, Region.WON);
  }

  /** Which pixels a segment gets. */
  public enum Region {
    /** Those where its query wins and its mask probability is at least 0.5 (Mask2Former). */
    WON_AND_CONFIDENT,
    /** Those where its query wins (MaskFormer). */
    WON
  }

  private final QueryOutputs outputs;
  private final Resampler resampler;
  private final List<Kept> kept;
  private final int[] winners;

  /** Pixel counts per kept query. */
  private static final class Areas {
    private final long[] won;
    private final long[] confident;
    private final long[] both;

    Areas(int n) {
      won = new long[n];
      confident = new long[n];
      both = new long[n];
    }

    synchronized void add(Areas other) {
      for (int i = 0; i < won.length; i++) {
        won[i] += other.won[i];
        confident[i] += other.confident[i];
        both[i] += other.both[i];
      }
    }
  }

  private PanopticPostProcessor(QueryOutputs outputs, ImageFrame frame, Options options) {
    this.outputs = outputs;
    resampler = Resampler.toOriginal(outputs, frame);
    kept = Kept.of(outputs, options.objectThreshold());
    winners = new int[frame.height() * frame.width()];
  }

  /**
   * The segments of one image.
   *
   * @param thing whether a class is a thing
   */
  public static PanopticMap process(
      QueryOutputs outputs, ImageFrame frame, IntPredicate thing, Options options) {
    outputs.requireMasks();
    PanopticPostProcessor run = new PanopticPostProcessor(outputs, frame, options);
    return run.map(thing, options);
  }

  private PanopticMap map(IntPredicate thing, Options options) {
    int height = resampler.height();
    Areas areas = new Areas(kept.size());
    if (!kept.isEmpty()) {
      int bands = (height + BAND - 1) / BAND;
      Parallel.forEach(bands, b -> compete(b * BAND, Math.min(height, b * BAND + BAND), areas));
    }
    List<PanopticMap.Segment> segments = new ArrayList<>();
    int[] ids = assign(areas, thing, options, segments);
    relabel(ids, options.region());
    return new PanopticMap(height, resampler.width(), winners, segments);
  }

  /**
   * Finds the winner of each pixel of a band; a winner that is not confident there is stored as -1
   * - winner.
   */
  private void compete(int y0, int y1, Areas total) {
    int width = resampler.width();
    int n = (y1 - y0) * width;
    float[] best = new float[n];
    boolean[] sure = new boolean[n];
    float[] probs = new float[n];
    float[] scratch = new float[resampler.scratchSize(y1 - y0)];
    int at = y0 * width;
    Areas areas = new Areas(kept.size());
    for (int k = 0; k < kept.size(); k++) {
      Kept candidate = kept.get(k);
      resampler.band(
          outputs.maskLogits(), outputs.maskOffset(candidate.query()), y0, y1, probs, 0, scratch);
      long confident = 0;
      for (int i = 0; i < n; i++) {
        float p = Logistic.of(probs[i]);
        boolean isConfident = p >= CONFIDENT;
        confident += isConfident ? 1 : 0;
        float weighted = p * candidate.score();
        if (k == 0 || weighted > best[i]) {
          best[i] = weighted;
          sure[i] = isConfident;
          winners[at + i] = k;
        }
      }
      areas.confident[k] = confident;
    }
    for (int i = 0; i < n; i++) {
      int k = winners[at + i];
      areas.won[k]++;
      if (sure[i]) {
        areas.both[k]++;
      } else {
        winners[at + i] = -1 - k;
      }
    }
    total.add(areas);
  }

  /** Segment id of each kept query, 0 where it was dropped. */
  private int[] assign(
      Areas areas, IntPredicate thing, Options options, List<PanopticMap.Segment> segments) {
    int[] ids = new int[kept.size()];
    Map<Integer, Integer> stuff = new HashMap<>();
    for (int k = 0; k < ids.length; k++) {
      long region = options.region() == Region.WON ? areas.won[k] : areas.both[k];
      boolean empty = areas.won[k] == 0 || areas.confident[k] == 0 || region == 0;
      if (empty || (double) areas.won[k] / areas.confident[k] < options.overlapThreshold()) {
        continue;
      }
      int index = kept.get(k).classIndex();
      boolean isThing = thing.test(index);
      Integer merged = isThing ? null : stuff.get(index);
      if (merged != null) {
        ids[k] = merged;
        continue;
      }
      ids[k] = segments.size() + 1;
      segments.add(new PanopticMap.Segment(ids[k], index, isThing, kept.get(k).score()));
      if (!isThing) {
        stuff.put(index, ids[k]);
      }
    }
    return ids;
  }

  private void relabel(int[] ids, Region region) {
    for (int i = 0; i < winners.length; i++) {
      int w = winners[i];
      if (ids.length == 0) {
        winners[i] = 0;
      } else if (w >= 0) {
        winners[i] = ids[w];
      } else {
        winners[i] = region == Region.WON ? ids[-1 - w] : 0;
      }
    }
  }
}
