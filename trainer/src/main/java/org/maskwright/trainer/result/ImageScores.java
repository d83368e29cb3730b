package org.maskwright.trainer.result;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.ImageId;

/**
 * How well each image of an evaluation went.
 *
 * @param meaning what was measured
 * @param percent by image, in the order of the evaluation; without those that have nothing to
 *     measure
 */
public record ImageScores(String meaning, Map<ImageId, Double> percent) {
  /** Keeps a copy in order, without undefined values. */
  public ImageScores {
    Map<ImageId, Double> defined = new LinkedHashMap<>(percent);
    defined.values().removeIf(score -> score.isNaN());
    percent = Collections.unmodifiableMap(defined);
  }

  /**
   * Images that say much about an evaluation, none of them twice.
   *
   * @param best the best one first
   * @param median around the middle, the better one first
   * @param worst the worst one first
   */
  public record Chosen(List<ImageId> best, List<ImageId> median, List<ImageId> worst) {
    /** Keeps copies. */
    public Chosen {
      best = List.copyOf(best);
      median = List.copyOf(median);
      worst = List.copyOf(worst);
    }
  }

  /**
   * The best, the median and the worst images; of equals the earlier one is the better.
   *
   * @param each how many of each, fewer where there are not three times as many images
   */
  public Chosen choose(int each) {
    List<ImageId> falling =
        percent.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .map(Map.Entry::getKey)
            .toList();
    int all = falling.size();
    int some = Math.min(each, (all + 2) / 3);
    int worst = Math.min(some, all - some);
    int median = Math.min(some, all - some - worst);
    int from = some + (all - some - worst - median) / 2;
    List<ImageId> last = new ArrayList<>(falling.subList(all - worst, all));
    Collections.reverse(last);
    return new Chosen(falling.subList(0, some), falling.subList(from, from + median), last);
  }
}
