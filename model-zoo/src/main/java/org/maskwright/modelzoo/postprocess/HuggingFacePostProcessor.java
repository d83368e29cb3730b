package org.maskwright.modelzoo.postprocess;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.maskwright.engine.runtime.Parallel;

/**
 * Instance and panoptic results by the rules of Hugging Face Transformers, for comparing with
 * programs built on it; the official rules are {@link InstancePostProcessor}'s and {@link
 * PanopticPostProcessor}'s. For semantic results the rules are {@link SemanticPostProcessor}'s with
 * {@link SemanticPostProcessor.Order#SCORE_THEN_RESIZE} and {@link ImageFrame#huggingFace}.
 *
 * <p>They differ from the official ones: masks first go to 384x384 whatever the input's size
 * (Mask2Former) or stay as they are (MaskFormer); instances share one map in which later ones
 * overwrite earlier ones, and low scores are dropped; panoptic probabilities, not logits, are
 * resized, areas count score times probability, and stuff is merged for given classes only.
 *
 * <p><b>Differs:</b> a segment after a merged one gets a new id; in the reference it may get that
 * of an earlier segment
 *
 * <p><b>Cost, memory</b> a few planes of the result's size
 */
public final class HuggingFacePostProcessor {
  private static final int BAND = 32;
  private static final double EPS = 1e-6;

  /** To what size masks go first. */
  public enum First {
    /** 384x384, as for Mask2Former. */
    TO_384,
    /** Masks stay at their own size, as for MaskFormer. */
    AS_THEY_ARE;

    /** The frame with which {@link SemanticPostProcessor} follows the rules. */
    public ImageFrame frame(QueryOutputs outputs, ImageFrame image) {
      int height = outputs.maskHeight();
      int width = outputs.maskWidth();
      return this == TO_384
          ? ImageFrame.huggingFace(image.height(), image.width())
          : new ImageFrame(height, width, height, width, image.height(), image.width());
    }
  }

  /**
   * The panoptic rule's numbers.
   *
   * @param threshold class probability that a query must exceed; 0.5 there
   * @param maskThreshold score times probability from which a pixel counts to a query's area; 0.5
   * @param overlapThreshold part of that area that a query must win, exclusive; 0.8
   * @param merged classes whose segments become one; none there by default
   */
  public record PanopticOptions(
      double threshold, double maskThreshold, double overlapThreshold, Set<Integer> merged) {
    /** Transformers' defaults. */
    public static final PanopticOptions DEFAULT = new PanopticOptions(0.5, 0.5, 0.8, Set.of());

    /** Copies the set. */
    public PanopticOptions {
      merged = Set.copyOf(merged);
    }
  }

  private final QueryOutputs outputs;
  private final Resampler toBase;
  private final LinearTaps rows;
  private final LinearTaps columns;

  private HuggingFacePostProcessor(QueryOutputs outputs, First first, int height, int width) {
    outputs.requireMasks();
    this.outputs = outputs;
    int side = ImageFrame.huggingFace(1, 1).paddedHeight();
    int baseHeight = first == First.TO_384 ? side : outputs.maskHeight();
    int baseWidth = first == First.TO_384 ? side : outputs.maskWidth();
    toBase =
        new Resampler(
            LinearTaps.bilinear(outputs.maskHeight(), baseHeight),
            LinearTaps.bilinear(outputs.maskWidth(), baseWidth),
            outputs.maskWidth());
    rows = LinearTaps.bilinear(baseHeight, height);
    columns = LinearTaps.bilinear(baseWidth, width);
  }

  /**
   * Instances of one image; their masks do not overlap.
   *
   * @param threshold smallest score; 0.5 there
   * @return in the order in which the reference draws them, so a later one lies over an earlier one
   */
  public static InstanceSet instances(
      QueryOutputs outputs, First first, int height, int width, double threshold) {
    HuggingFacePostProcessor run = new HuggingFacePostProcessor(outputs, first, height, width);
    return run.instances(threshold);
  }

  /** Segments of one image; a segment counts as stuff if its class is merged. */
  public static PanopticMap panoptic(
      QueryOutputs outputs, First first, int height, int width, PanopticOptions options) {
    HuggingFacePostProcessor run = new HuggingFacePostProcessor(outputs, first, height, width);
    return run.panoptic(options);
  }

  private float[] base(int query) {
    float[] out = new float[toBase.height() * toBase.width()];
    float[] scratch = new float[toBase.scratchSize(toBase.height())];
    toBase.band(
        outputs.maskLogits(), outputs.maskOffset(query), 0, toBase.height(), out, 0, scratch);
    return out;
  }

  private InstanceSet instances(double threshold) {
    int height = rows.size();
    int width = columns.size();
    int[] map = new int[height * width];
    List<Integer> found = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    for (int pair : best()) {
      int query = pair / outputs.classes();
      int index = pair % outputs.classes();
      float[] logits = base(query);
      double score = outputs.classProb(query, index) * meanProbability(logits);
      if (score >= threshold && draw(logits, found.size() + 1, map)) {
        found.add(index);
        scores.add(score);
      }
    }
    List<InstanceSet.Instance> out = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      out.add(
          new InstanceSet.Instance(
              found.get(i), scores.get(i), RunLengthMask.of(map, i + 1, height, width)));
    }
    return new InstanceSet(out);
  }

  /** As many pairs query * K + class as there are queries, by falling probability. */
  private int[] best() {
    Integer[] pairs = new Integer[outputs.queries() * outputs.classes()];
    Arrays.setAll(pairs, i -> i);
    Comparator<Integer> byProbability =
        Comparator.comparingDouble(
            i -> -outputs.classProb(i / outputs.classes(), i % outputs.classes()));
    Arrays.sort(pairs, byProbability);
    return Arrays.stream(pairs).limit(outputs.queries()).mapToInt(i -> i).toArray();
  }

  private static double meanProbability(float[] logits) {
    double sum = 0;
    long area = 0;
    for (float logit : logits) {
      if (logit > 0) {
        sum += Logistic.of(logit);
        area++;
      }
    }
    return sum / (area + EPS);
  }

  /** Positive pixels, resized to the nearest, get the id; false if there is none. */
  private boolean draw(float[] logits, int id, int[] map) {
    int height = rows.size();
    int width = columns.size();
    boolean any = false;
    for (int y = 0; y < height; y++) {
      int from = nearest(y, toBase.height(), height) * toBase.width();
      for (int x = 0; x < width; x++) {
        if (logits[from + nearest(x, toBase.width(), width)] > 0) {
          map[y * width + x] = id;
          any = true;
        }
      }
    }
    return any;
  }

  private static int nearest(int at, int in, int out) {
    return Math.min((int) (at * ((float) in / out)), in - 1);
  }

  private PanopticMap panoptic(PanopticOptions options) {
    int height = rows.size();
    int width = columns.size();
    List<Kept> kept = Kept.of(outputs, options.threshold());
    int[] winners = new int[height * width];
    float[] best = new float[height * width];
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    long[] original = new long[kept.size()];
    for (int k = 0; k < kept.size(); k++) {
      original[k] = compete(kept.get(k), k, options.maskThreshold(), best, winners);
    }
    long[] won = new long[kept.size()];
    for (int winner : winners) {
      if (!kept.isEmpty()) {
        won[winner]++;
      }
    }
    int[] ids = new int[kept.size()];
    int[] idOfMerged = new int[outputs.classes()];
    List<PanopticMap.Segment> segments = new ArrayList<>();
    for (int k = 0; k < ids.length; k++) {
      if (won[k] == 0
          || original[k] == 0
          || !((float) won[k] / original[k] > options.overlapThreshold())) {
        continue;
      }
      int index = kept.get(k).classIndex();
      boolean merges = options.merged().contains(index);
      if (merges && idOfMerged[index] > 0) {
        ids[k] = idOfMerged[index];
        continue;
      }
      ids[k] = segments.size() + 1;
      segments.add(new PanopticMap.Segment(ids[k], index, !merges, kept.get(k).score()));
      if (merges) {
        idOfMerged[index] = ids[k];
      }
    }
    for (int i = 0; i < winners.length; i++) {
      winners[i] = kept.isEmpty() ? 0 : ids[winners[i]];
    }
    return new PanopticMap(height, width, winners, segments);
  }

  /** Enters a query's score times probability; gives its area. */
  private long compete(Kept candidate, int k, double threshold, float[] best, int[] winners) {
    float[] probs = base(candidate.query());
    Logistic.apply(probs, 0, probs.length);
    Resampler toResult = new Resampler(rows, columns, toBase.width());
    int height = rows.size();
    int width = columns.size();
    int bands = (height + BAND - 1) / BAND;
    long[] areas = new long[bands];
    Parallel.forEach(
        bands,
        b -> {
          int y0 = b * BAND;
          int y1 = Math.min(height, y0 + BAND);
          float[] band = new float[(y1 - y0) * width];
          toResult.band(probs, 0, y0, y1, band, 0, new float[toResult.scratchSize(y1 - y0)]);
          for (int i = 0; i < band.length; i++) {
            float weighted = band[i] * candidate.score();
            areas[b] += weighted >= threshold ? 1 : 0;
            int at = y0 * width + i;
            if (weighted > best[at]) {
              best[at] = weighted;
              winners[at] = k;
            }
          }
        });
    return Arrays.stream(areas).sum();
  }
}
