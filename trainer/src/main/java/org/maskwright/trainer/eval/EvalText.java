package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.maskwright.datasets.metrics.ClassTruth;
import org.maskwright.datasets.metrics.ConfusionMatrix;
import org.maskwright.datasets.metrics.InstanceErrors;
import org.maskwright.datasets.metrics.InstanceErrors.Detected;
import org.maskwright.datasets.metrics.InstanceErrors.TrueObject;
import org.maskwright.datasets.metrics.ObjectSize;
import org.maskwright.datasets.metrics.PrecisionRecall;
import org.maskwright.trainer.result.ScoreDetails;

/** An evaluation as tables for people, line by line. */
public final class EvalText {
  private static final int MOST_MISTAKES = 10;
  private static final int MOST_PAIRS = 5;
  private static final int COLUMN = 8; // of a data set
  private static final int NAME = 28; // columns of a class's name

  private final List<String> lines = new ArrayList<>();

  private EvalText() {}

  /**
   * Metrics, then for each kind of result classes, confusions and what became of the objects; of
   * several data sets first a table of the metrics, then each of them.
   */
  public static List<String> lines(EvalReports reports) {
    EvalText text = new EvalText();
    if (reports.several()) {
      text.table(reports);
    }
    reports
        .byName()
        .forEach(
            (name, report) -> {
              if (reports.several()) {
                text.line("");
                text.line("%s", name);
              }
              text.line("%d images in %.1f s", report.images(), report.seconds());
              text.line("");
              report.metrics().forEach(text::metric);
              text.details(report);
            });
    return text.lines;
  }

  /** A row for each metric, a column for each data set. */
  private void table(EvalReports reports) {
    StringBuilder head = new StringBuilder();
    List<Integer> widths = new ArrayList<>();
    for (String name : reports.byName().keySet()) {
      widths.add(Math.max(COLUMN, name.length()));
      head.append(String.format(" %" + widths.get(widths.size() - 1) + "s", name));
    }
    line("%-22s%s", "", head);
    for (String metric : reports.metricNames()) {
      StringBuilder row = new StringBuilder();
      List<String> texts = reports.texts(metric);
      for (int i = 0; i < texts.size(); i++) {
        row.append(String.format(" %" + widths.get(i) + "s", texts.get(i)));
      }
      line("%-22s%s", metric, row);
    }
  }

  private void details(EvalReport report) {
    report
        .details()
        .forEach(
            (kind, details) -> {
              classes(report, kind, details);
              details.confusion().ifPresent(matrix -> confusion(kind, matrix, details));
              details.errors().ifPresent(errors -> errors(kind, errors));
            });
  }

  private void line(String format, Object... values) {
    lines.add(String.format(Locale.ROOT, format, values).stripTrailing());
  }

  private void metric(String name, double value) {
    line(
        Double.isNaN(value) ? "%-22s %8s" : "%-22s %8.3f",
        name,
        Double.isNaN(value) ? "none" : value);
  }

  private static String name(String of) {
    return of.length() <= NAME ? of : of.substring(0, NAME - 3) + "...";
  }

  /** A row for each class that is true or was measured. */
  private void classes(EvalReport report, String kind, ScoreDetails details) {
    Map<String, Map<String, Double>> columns = new LinkedHashMap<>();
    report
        .perClass()
        .forEach(
            (measure, values) -> {
              if (measure.startsWith(kind + ".")) {
                columns.put(measure.substring(kind.length() + 1), values);
              }
            });
    if (columns.isEmpty()) {
      return;
    }
    StringBuilder head = new StringBuilder();
    columns.keySet().forEach(measure -> head.append(String.format(" %7s", measure)));
    head.append(details.curves().isEmpty() ? "" : "  threshold      F1");
    line("");
    line("%-30s %7s %9s%s", kind + " by class", "images", "segments", head);
    for (ClassTruth c : report.classes()) {
      if (columns.values().stream().anyMatch(values -> values.containsKey(c.name()))) {
        StringBuilder row = new StringBuilder();
        columns.values().forEach(values -> row.append(percent(values.get(c.name()))));
        Optional.ofNullable(details.curves().get(c.name())).ifPresent(of -> row.append(best(of)));
        line("  %-28s %7d %9d%s", name(c.name()), c.images(), c.segments(), row);
      }
    }
  }

  private static String percent(Double value) {
    return value == null ? "    none" : String.format(Locale.ROOT, " %7.2f", value);
  }

  private static String best(PrecisionRecall curve) {
    return curve
        .best()
        .map(
            point ->
                String.format(
                    Locale.ROOT, " %10.3f %7.2f", point.threshold(), 100 * curve.f1(point)))
        .orElse("       none    none");
  }

  private void confusion(String kind, ConfusionMatrix matrix, ScoreDetails details) {
    long inNothing = matrix.truths(matrix.classes().size());
    line("");
    line(
        "%s: %d of %d %s right%s%s",
        kind,
        matrix.right(),
        matrix.total() - inNothing,
        matrix.counted().label(),
        details.thresholds().isPresent() ? " from the threshold of their class on" : "",
        matrix.mistakes(1).isEmpty() ? "" : "; most frequent mistakes:");
    List<ConfusionMatrix.Cell> mistakes = matrix.mistakes(MOST_MISTAKES);
    if (!mistakes.isEmpty()) {
      line("  %-28s %-28s %10s", "truth", "predicted", matrix.counted().label());
    }
    for (ConfusionMatrix.Cell cell : mistakes) {
      boolean ofNothing = cell.truth() == matrix.classes().size();
      long all = ofNothing ? matrix.predictions(cell.predicted()) : matrix.truths(cell.truth());
      line(
          "  %-28s %-28s %10d %6.1f %% of the %s",
          name(matrix.name(cell.truth())),
          name(matrix.name(cell.predicted())),
          cell.count(),
          100.0 * cell.count() / all,
          ofNothing ? "predicted" : "truth");
    }
    List<ConfusionMatrix.Pair> pairs = matrix.pairs(MOST_PAIRS);
    if (!pairs.isEmpty()) {
      line("%s: classes taken for each other, by their share of what is true of both:", kind);
    }
    for (ConfusionMatrix.Pair pair : pairs) {
      line(
          "  %-28s %-28s %10d %6.1f %%",
          name(matrix.name(pair.first())),
          name(matrix.name(pair.second())),
          pair.count(),
          100 * pair.share());
    }
  }

  private void errors(String kind, InstanceErrors errors) {
    StringBuilder head = new StringBuilder();
    for (TrueObject what : TrueObject.values()) {
      head.append(String.format(" %11s", what.label()));
    }
    line("");
    line("%-30s %7s%s", kind + ": objects by size", "all", head);
    for (ObjectSize size : ObjectSize.values()) {
      row(size.label(), what -> errors.count(size, what));
    }
    row("of any size", errors::count);
    StringBuilder found = new StringBuilder();
    for (Detected what : Detected.values()) {
      found.append(found.isEmpty() ? "" : ", ").append(what.label()).append(' ');
      found.append(errors.count(what));
    }
    line("  detections: %s", found);
  }

  private void row(String name, ToLongFunction<TrueObject> counts) {
    long all = 0;
    StringBuilder row = new StringBuilder();
    for (TrueObject what : TrueObject.values()) {
      all += counts.applyAsLong(what);
      row.append(String.format(Locale.ROOT, " %11d", counts.applyAsLong(what)));
    }
    line("  %-28s %7d%s", name, all, row);
  }
}
