package org.maskwright.datasets.videometrics;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.PanopticIds;

/**
 * Segmentation and tracking quality of panoptic videos, fed frame by frame.
 *
 * <p><b>Maths</b> STQ = sqrt(AQ * SQ). SQ is the mean IoU of the classes over all frames. AQ is the
 * mean over the true tubes of things of 1/|g| sum over predicted tubes p of TPA * IoU(g, p), TPA =
 * |g and p|, whatever the classes. A crowd is in no tube, on neither side.
 *
 * <p>Void of the truth counts nowhere in SQ. Void of a prediction is a class more, which the
 * official code averages over as soon as a prediction has a pixel of it on a pixel that counts: its
 * IoU is 0.
 *
 * <p><b>Source</b> STEP (arXiv 2102.11859), deeplab2's numpy implementation. <b>Differs:</b> counts
 * are whole numbers, which there are float32.
 *
 * <p><b>Threads</b> one at a time.
 */
public final class StqEvaluator {
  private final Map<Integer, Integer> index = new HashMap<>(); // category to class
  private final boolean[] thing;
  private final Map<String, Counts> sequences = new LinkedHashMap<>();

  /**
   * @param categories of which {@code thing} decides what has tubes
   */
  public StqEvaluator(Collection<CocoCategory> categories) {
    TreeMap<Integer, CocoCategory> sorted = new TreeMap<>();
    categories.forEach(c -> sorted.put(c.id(), c));
    thing = new boolean[sorted.size()];
    for (CocoCategory c : sorted.values()) {
      thing[index.size()] = c.thing();
      index.put(c.id(), index.size());
    }
  }

  /** A class and an instance of it. */
  private record TubeId(int classIndex, int id) {}

  private record TubePair(TubeId truth, TubeId predicted) {}

  private static final class Counts {
    private final long[] confusion; // [truth + void][predicted + void]
    private final Map<TubeId, Long> truths = new LinkedHashMap<>();
    private final Map<TubeId, Long> predictions = new LinkedHashMap<>();
    private final Map<TubePair, Long> shared = new HashMap<>();

    Counts(int classes) {
      confusion = new long[(classes + 1) * (classes + 1)];
    }
  }

  /**
   * The result.
   *
   * @param stq the geometric mean of the two others
   * @param aq association quality
   * @param sq segmentation quality, the mean IoU
   */
  public record Quality(double stq, double aq, double sq) {}

  /**
   * Adds the next frame of a sequence. Sequences may alternate.
   *
   * @param truths of the true map, whose other ids are void
   * @param predictions of the predicted map
   * @throws DatasetException if sizes differ, a category is unknown, or the predicted map has an id
   *     that its segments lack
   */
  public void add(
      String sequence,
      LabelMap truthIds,
      List<PanopticSegment> truths,
      LabelMap predictedIds,
      List<PanopticSegment> predictions) {
    if (truthIds.height() != predictedIds.height() || truthIds.width() != predictedIds.width()) {
      throw new DatasetException(
          "the prediction has %d x %d pixels, expected %d x %d as the ground truth"
              .formatted(
                  predictedIds.width(),
                  predictedIds.height(),
                  truthIds.width(),
                  truthIds.height()));
    }
    Map<Integer, PanopticSegment> wanted = byId(truths);
    Map<Integer, PanopticSegment> found = byId(predictions);
    Counts counts = sequences.computeIfAbsent(sequence, name -> new Counts(thing.length));
    int[] a = truthIds.labels();
    int[] b = predictedIds.labels();
    int start = 0;
    while (start < a.length) {
      int end = start + 1;
      while (end < a.length && a[end] == a[start] && b[end] == b[start]) {
        end++;
      }
      PanopticSegment prediction = found.get(b[start]);
      if (prediction == null && b[start] != PanopticIds.VOID) {
        throw new DatasetException(
                "the predicted PNG holds id " + b[start] + ", which segments_info lacks")
            .forAnnotation("segment " + b[start]);
      }
      count(counts, wanted.get(a[start]), prediction, end - start);
      start = end;
    }
  }

  private Map<Integer, PanopticSegment> byId(List<PanopticSegment> segments) {
    Map<Integer, PanopticSegment> byId = new HashMap<>();
    for (PanopticSegment segment : segments) {
      if (!index.containsKey(segment.categoryId())) {
        throw new DatasetException(
                "category %d: expected one of the ground truth's \"categories\""
                    .formatted(segment.categoryId()))
            .forAnnotation("segment " + segment.id());
      }
      byId.put(segment.id(), segment);
    }
    return byId;
  }

  /** Null segments are void. */
  private void count(Counts counts, PanopticSegment truth, PanopticSegment prediction, int pixels) {
    int classes = thing.length;
    int t = truth == null ? classes : index.get(truth.categoryId());
    int p = prediction == null ? classes : index.get(prediction.categoryId());
    counts.confusion[t * (classes + 1) + p] += pixels;
    if (truth != null && thing[t] && truth.crowd()) {
      return;
    }
    TubeId wanted = t < classes && thing[t] ? new TubeId(t, truth.id()) : null;
    TubeId found = p < classes && thing[p] ? new TubeId(p, prediction.id()) : null;
    if (wanted != null) {
      counts.truths.merge(wanted, (long) pixels, Long::sum);
    }
    if (found != null) {
      counts.predictions.merge(found, (long) pixels, Long::sum);
    }
    if (wanted != null && found != null) {
      counts.shared.merge(new TubePair(wanted, found), (long) pixels, Long::sum);
    }
  }

  /** Of all sequences. */
  public Quality result() {
    double association = 0;
    long tubes = 0;
    long[] confusion = new long[(thing.length + 1) * (thing.length + 1)];
    for (Counts counts : sequences.values()) {
      association += association(counts);
      tubes += counts.truths.size();
      for (int i = 0; i < confusion.length; i++) {
        confusion[i] += counts.confusion[i];
      }
    }
    return quality(association, tubes, confusion);
  }

  /** Of each sequence alone. */
  public Map<String, Quality> perSequence() {
    Map<String, Quality> out = new LinkedHashMap<>();
    sequences.forEach(
        (name, counts) ->
            out.put(name, quality(association(counts), counts.truths.size(), counts.confusion)));
    return out;
  }

  private Quality quality(double association, long tubes, long[] confusion) {
    double aq = association / Math.max(tubes, TINY);
    double sq = meanIou(confusion);
    return new Quality(Math.sqrt(aq * sq), aq, sq);
  }

  private static final double TINY = 1e-15;

  private static double association(Counts counts) {
    double sum = 0;
    for (Map.Entry<TubeId, Long> truth : counts.truths.entrySet()) {
      double inner = 0;
      for (Map.Entry<TubeId, Long> found : counts.predictions.entrySet()) {
        Long shared = counts.shared.get(new TubePair(truth.getKey(), found.getKey()));
        if (shared != null) {
          double union = truth.getValue() + found.getValue() - shared;
          inner += shared * (shared / union);
        }
      }
      sum += 1.0 / truth.getValue() * inner;
    }
    return sum;
  }

  /** Of the classes that occur; predicted void is one of them. NaN if none does. */
  private double meanIou(long[] confusion) {
    int size = thing.length + 1;
    double sum = 0;
    int occurring = 0;
    for (int c = 0; c < size; c++) {
      long truths = 0;
      long found = 0;
      for (int other = 0; other < size; other++) {
        truths += c < thing.length ? confusion[c * size + other] : 0;
        found += other < thing.length ? confusion[other * size + c] : 0;
      }
      long both = c < thing.length ? confusion[c * size + c] : 0;
      long union = truths + found - both;
      if (union > 0) {
        occurring++;
        sum += (double) both / union;
      }
    }
    return sum / occurring;
  }
}
