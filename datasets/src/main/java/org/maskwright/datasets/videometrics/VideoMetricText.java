package org.maskwright.datasets.videometrics;

import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import org.maskwright.datasets.metrics.PanopticMetrics;
import org.maskwright.datasets.videometrics.MotsScores.OfClass;
import org.maskwright.datasets.videometrics.MotsScores.Score;

/** Metrics of videos as tables. */
public final class VideoMetricText {
  private static final double PERCENT = 100;
  private static final int NAME = 24; // columns of a name

  private VideoMetricText() {}

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format + "%n", values);
  }

  private static String name(String name) {
    return name.length() <= NAME ? name : name.substring(0, NAME - 3) + "...";
  }

  /** DAVIS' seven numbers, then each object; fractions, as the official tool prints them. */
  public static String davis(DavisScores scores) {
    StringBuilder out = new StringBuilder();
    out.append(
        line(
            "%8s %8s %8s %8s %8s %8s %8s",
            "J&F-Mean", "J-Mean", "J-Recall", "J-Decay", "F-Mean", "F-Recall", "F-Decay"));
    DavisScores.Statistics j = scores.region();
    DavisScores.Statistics f = scores.boundary();
    out.append(
        line(
            "%8.3f %8.3f %8.3f %8.3f %8.3f %8.3f %8.3f",
            scores.mean(), j.mean(), j.recall(), j.decay(), f.mean(), f.recall(), f.decay()));
    out.append(line("%-26s %8s %8s", "object of a sequence", "J-Mean", "F-Mean"));
    for (DavisScores.OfObject o : scores.objects()) {
      out.append(
          line("  %-24s %8.3f %8.3f", name(o.name()), o.region().mean(), o.boundary().mean()));
    }
    return out.toString();
  }

  /** A line for each number of frames, in percent, and the mean of all. */
  public static String vpq(SortedMap<Integer, PanopticMetrics> windows) {
    StringBuilder out = new StringBuilder();
    out.append(line("%-6s| %8s %8s %8s %5s", "frames", "VPQ", "things", "stuff", "N"));
    windows.forEach(
        (k, m) ->
            out.append(
                line(
                    "%-6d| %s %s %s %5d",
                    k,
                    percent(m.all().pq()),
                    percent(m.things().pq()),
                    percent(m.stuff().pq()),
                    m.all().n())));
    return out.append(
            line(
                "%-6s| %s %s %s",
                "mean",
                percent(mean(windows, PanopticMetrics::all)),
                percent(mean(windows, PanopticMetrics::things)),
                percent(mean(windows, PanopticMetrics::stuff))))
        .toString();
  }

  /** The mean over the windows; NaN where one has no class. */
  static double mean(
      SortedMap<Integer, PanopticMetrics> windows,
      Function<PanopticMetrics, PanopticMetrics.Quality> of) {
    return windows.values().stream()
        .mapToDouble(m -> of.apply(m).pq())
        .average()
        .orElse(Double.NaN);
  }

  private static String percent(double fraction) {
    return Double.isNaN(fraction)
        ? String.format("%8s", "none")
        : String.format(Locale.ROOT, "%8.3f", PERCENT * fraction);
  }

  /** STQ of all and of each sequence, in percent. */
  public static String stq(StqEvaluator evaluator) {
    StringBuilder out = new StringBuilder();
    out.append(line("%-26s %8s %8s %8s", "in percent", "STQ", "AQ", "SQ"));
    out.append(stq("all", evaluator.result()));
    for (Map.Entry<String, StqEvaluator.Quality> one : evaluator.perSequence().entrySet()) {
      out.append(stq("  " + name(one.getKey()), one.getValue()));
    }
    return out.toString();
  }

  private static String stq(String name, StqEvaluator.Quality q) {
    return line("%-26s %s %s %s", name, percent(q.stq()), percent(q.aq()), percent(q.sq()));
  }

  /** A line for each class and sequence; the ratios in percent. */
  public static String mots(MotsScores scores) {
    StringBuilder out = new StringBuilder();
    out.append(
        line(
            "%-26s %7s %7s %7s %7s %7s %7s %6s %6s %6s %6s %5s %5s %5s %6s",
            "in percent; counts",
            "HOTA",
            "DetA",
            "AssA",
            "sMOTSA",
            "MOTSA",
            "MOTSP",
            "IDS",
            "TP",
            "FP",
            "FN",
            "MT",
            "PT",
            "ML",
            "Frag"));
    for (OfClass one : scores.classes().values()) {
      out.append(mots(name(one.name()), one.all()));
      one.sequences().forEach((sequence, score) -> out.append(mots("  " + name(sequence), score)));
    }
    return out.toString();
  }

  private static String mots(String name, Score score) {
    ClearMetrics c = score.clear();
    HotaMetrics h = score.hota();
    return line(
        "%-26s %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f %6d %6d %6d %6d %5d %5d %5d %6d",
        name,
        PERCENT * h.hota(),
        PERCENT * h.detection(),
        PERCENT * h.association(),
        PERCENT * c.smotsa(),
        PERCENT * c.motsa(),
        PERCENT * c.motsp(),
        c.identitySwitches(),
        c.truePositives(),
        c.falsePositives(),
        c.falseNegatives(),
        c.mostlyTracked(),
        c.partlyTracked(),
        c.mostlyLost(),
        c.fragmentations());
  }
}
