package org.maskwright.trainer.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.maskwright.datasets.metrics.ConfusionMatrix;
import org.maskwright.datasets.metrics.InstanceErrors;
import org.maskwright.datasets.metrics.InstanceErrors.Detected;
import org.maskwright.datasets.metrics.InstanceErrors.TrueObject;
import org.maskwright.datasets.metrics.ObjectSize;
import org.maskwright.datasets.metrics.PrecisionRecall;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.report.Plot;
import org.maskwright.trainer.report.Report.Confusion;
import org.maskwright.trainer.report.Report.Table;
import org.maskwright.trainer.result.ScoreDetails;

/** What lies behind the metrics of an evaluation, as parts of a report. */
final class DetailParts {
  /** Classes whose curves are drawn: those with the most objects. */
  private static final int CURVES = 12;

  private static final int CURVE_STEPS = 100;

  /** Of classes. */
  private static final int PAIRS = 10;

  private DetailParts() {}

  /** Of each kind of result that has one. */
  static List<Confusion> confusions(EvalReport report) {
    List<Confusion> out = new ArrayList<>();
    report
        .details()
        .forEach(
            (kind, details) ->
                details.confusion().ifPresent(matrix -> out.add(confusion(kind, details, matrix))));
    return out;
  }

  private static Confusion confusion(String kind, ScoreDetails details, ConfusionMatrix matrix) {
    List<String> names =
        IntStream.rangeClosed(0, matrix.classes().size()).mapToObj(matrix::name).toList();
    String counted =
        switch (matrix.counted()) {
          case PIXELS -> "Pixels with a true class, in percent of each row.";
          case OBJECTS ->
              "Objects, matched one to one at mask IoU 0.5 whatever their classes, in percent of each row. In the column %s they were missed; the row holds what was found where nothing is.%s"
                  .formatted(
                      ConfusionMatrix.NOTHING,
                      details.thresholds().isPresent()
                          ? " Detections count from the score threshold of the best F1 of their class."
                          : "");
        };
    return new Confusion(
        kind + ", " + matrix.counted().label(),
        names,
        matrix.cells().stream()
            .map(c -> new Confusion.Cell(c.truth(), c.predicted(), c.count()))
            .toList(),
        counted);
  }

  /** What became of the objects and what was detected, and classes taken for each other. */
  static List<Table> errors(EvalReport report) {
    List<Table> out = new ArrayList<>();
    report
        .details()
        .forEach(
            (kind, details) ->
                details
                    .confusion()
                    .filter(matrix -> !matrix.pairs(1).isEmpty())
                    .ifPresent(matrix -> out.add(pairs(kind, matrix))));
    report
        .details()
        .forEach((kind, details) -> details.errors().ifPresent(e -> out.addAll(errors(kind, e))));
    return out;
  }

  private static Table pairs(String kind, ConfusionMatrix matrix) {
    List<Table.Row> rows =
        matrix.pairs(PAIRS).stream()
            .map(
                p ->
                    new Table.Row(
                        matrix.name(p.first()) + " and " + matrix.name(p.second()),
                        List.of(
                            Long.toString(p.count()),
                            String.format(Locale.ROOT, "%.1f", 100 * p.share()))))
            .toList();
    return new Table(
        kind + ": classes taken for each other",
        List.of("classes", matrix.counted().label(), "% of both"),
        rows,
        "In either direction, of what is true of both classes; near synonyms stand first.");
  }

  private static List<Table> errors(String kind, InstanceErrors errors) {
    List<TrueObject> truths = List.of(TrueObject.values());
    List<Detected> detections = List.of(Detected.values());
    List<Table.Row> objects = new ArrayList<>();
    List<Table.Row> detected = new ArrayList<>();
    for (ObjectSize size : ObjectSize.values()) {
      objects.add(row(size.label(), truths, what -> errors.count(size, what)));
      detected.add(row(size.label(), detections, what -> errors.count(size, what)));
    }
    objects.add(row("all", truths, errors::count));
    detected.add(row("all", detections, errors::count));
    List<Table.Row> classes =
        IntStream.range(0, errors.classes().size())
            .mapToObj(
                c -> row(errors.classes().get(c), truths, what -> ofAllSizes(errors, c, what)))
            .filter(row -> !row.cells().get(0).equals("0"))
            .toList();
    String sizes = "Small is below 32 x 32 pixels, large from 96 x 96.";
    return List.of(
        new Table(
            kind + ": what became of the objects",
            columns("size", truths, TrueObject::label),
            objects,
            sizes),
        new Table(
            kind + ": what the detections are",
            columns("size", detections, Detected::label),
            detected,
            sizes),
        new Table(
            kind + ": what became of the objects of each class",
            columns("class", truths, TrueObject::label),
            classes,
            ""));
  }

  private static long ofAllSizes(InstanceErrors errors, int ofClass, TrueObject what) {
    return Arrays.stream(ObjectSize.values())
        .mapToLong(size -> errors.count(ofClass, size, what))
        .sum();
  }

  private static <E> List<String> columns(String first, List<E> kinds, Function<E, String> label) {
    return Stream.concat(Stream.of(first, "number"), kinds.stream().map(label)).toList();
  }

  private static <E> Table.Row row(String name, List<E> kinds, ToLongFunction<E> count) {
    long all = kinds.stream().mapToLong(count).sum();
    List<String> cells = new ArrayList<>();
    cells.add(Long.toString(all));
    for (E kind : kinds) {
      long n = count.applyAsLong(kind);
      cells.add(n == 0 ? "0" : String.format(Locale.ROOT, "%d (%.0f %%)", n, 100.0 * n / all));
    }
    return new Table.Row(name, cells);
  }

  /** Precision over recall of the most frequent classes, a plot for each kind with scores. */
  static List<Plot> curves(EvalReport report) {
    List<Plot> out = new ArrayList<>();
    report
        .details()
        .forEach(
            (kind, details) -> {
              List<Plot.Line> lines =
                  details.curves().entrySet().stream()
                      .sorted(Comparator.comparingLong(e -> -e.getValue().truths()))
                      .limit(CURVES)
                      .map(e -> new Plot.Line(e.getKey(), points(e.getValue())))
                      .toList();
              if (lines.stream().anyMatch(Plot.Line::isDrawn)) {
                String title = kind + ": precision over recall at IoU 0.5";
                out.add(new Plot(title, "recall", lines, Plot.Range.UNIT));
              }
            });
    return out;
  }

  private static List<Plot.Point> points(PrecisionRecall curve) {
    return curve.outline(CURVE_STEPS).stream()
        .map(p -> new Plot.Point(curve.recall(p), p.precision()))
        .filter(p -> Double.isFinite(p.x()))
        .toList();
  }

  /** The score threshold of the best F1 of each class, and what it gives. */
  static List<Table> thresholds(EvalReport report) {
    List<Table> out = new ArrayList<>();
    report
        .details()
        .forEach(
            (kind, details) -> {
              List<Table.Row> rows =
                  details.curves().entrySet().stream()
                      .filter(e -> e.getValue().truths() > 0)
                      .map(DetailParts::threshold)
                      .toList();
              if (!rows.isEmpty()) {
                out.add(
                    new Table(
                        kind + ": score thresholds of the best F1",
                        List.of("class", "objects", "threshold", "precision", "recall", "F1"),
                        rows,
                        "Stored beside the model; predict --threshold best uses them."));
              }
            });
    return out;
  }

  private static Table.Row threshold(Map.Entry<String, PrecisionRecall> of) {
    PrecisionRecall curve = of.getValue();
    List<String> numbers =
        curve
            .best()
            .map(
                p ->
                    Stream.of(p.threshold(), p.precision(), curve.recall(p), curve.f1(p))
                        .map(v -> String.format(Locale.ROOT, "%.2f", v))
                        .toList())
            .orElse(List.of("none", "", "", ""));
    return new Table.Row(
        of.getKey(),
        Stream.concat(Stream.of(Long.toString(curve.truths())), numbers.stream()).toList());
  }
}
