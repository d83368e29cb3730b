package org.maskwright.trainer.report;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.maskwright.trainer.report.Report.Confusion;

/**
 * A {@link Confusion} as a table of shares, rows the truth. Of many classes those that take part in
 * the most mistakes are shown, and the most frequent mistakes of all as a list.
 */
final class ConfusionMarkup {
  private static final int MOST_CLASSES = 24;
  private static final int MOST_MISTAKES = 10;

  private final Markup out;
  private final Confusion matrix;
  private final long[] truths;
  private final int[] shown;

  private ConfusionMarkup(Markup out, Confusion matrix) {
    this.out = out;
    this.matrix = matrix;
    this.truths = new long[matrix.classes().size()];
    matrix.cells().forEach(c -> truths[c.truth()] += c.count());
    this.shown = shown(matrix);
  }

  static void write(Markup out, Confusion matrix) {
    new ConfusionMarkup(out, matrix).write();
  }

  /** Those that occur; of too many those with the most mistakes, in their order. */
  private static int[] shown(Confusion matrix) {
    long[] mistakes = new long[matrix.classes().size()];
    boolean[] occurs = new boolean[mistakes.length];
    for (Confusion.Cell c : matrix.cells()) {
      occurs[c.truth()] = true;
      occurs[c.predicted()] = true;
      if (c.truth() != c.predicted()) {
        mistakes[c.truth()] += c.count();
        mistakes[c.predicted()] += c.count();
      }
    }
    return IntStream.range(0, mistakes.length)
        .filter(i -> occurs[i])
        .boxed()
        .sorted(Comparator.comparingLong((Integer i) -> -mistakes[i]))
        .limit(MOST_CLASSES)
        .sorted()
        .mapToInt(i -> i)
        .toArray();
  }

  private void write() {
    out.text("h3", matrix.caption());
    out.text("p", matrix.note(), "class", "note");
    long occurring =
        matrix.cells().stream()
            .flatMapToInt(c -> IntStream.of(c.truth(), c.predicted()))
            .distinct()
            .count();
    if (occurring > shown.length) {
      out.text(
          "p",
          "Shown: the %d of %d classes that take part in the most mistakes."
              .formatted(shown.length, occurring),
          "class",
          "note");
    }
    out.in(
        "div",
        () -> {
          out.in("div", () -> out.in("table", this::rows, "class", "confusion"), "class", "wide");
          out.in("div", this::mistakes);
        },
        "class",
        "tables");
  }

  private void rows() {
    out.in(
        "thead",
        () ->
            out.in(
                "tr",
                () -> {
                  out.text("th", "truth \\ predicted", "scope", "col");
                  for (int p : shown) {
                    out.name("th", matrix.classes().get(p), "scope", "col", "class", "upright");
                  }
                  out.text("th", "all", "scope", "col");
                }));
    long[][] counts = new long[shown.length][shown.length];
    for (Confusion.Cell c : matrix.cells()) {
      int row = Arrays.binarySearch(shown, c.truth());
      int column = Arrays.binarySearch(shown, c.predicted());
      if (row >= 0 && column >= 0) {
        counts[row][column] = c.count();
      }
    }
    out.in(
        "tbody",
        () -> {
          for (int t = 0; t < shown.length; t++) {
            int row = t;
            out.in("tr", () -> row(row, counts[row]));
          }
        });
  }

  private void row(int t, long[] counts) {
    int truth = shown[t];
    out.name("th", matrix.classes().get(truth), "scope", "row");
    for (int p = 0; p < counts.length; p++) {
      double share = truths[truth] == 0 ? 0 : (double) counts[p] / truths[truth];
      out.text(
          "td",
          counts[p] == 0 ? "" : percent(share),
          "class",
          p == t ? "right" : "wrong",
          "style",
          "--share:" + String.format(Locale.ROOT, "%.3f", share),
          "title",
          counts[p] + " of " + truths[truth]);
    }
    out.text("td", Long.toString(truths[truth]));
  }

  private static String percent(double share) {
    return share < 0.005 ? "<1" : String.format(Locale.ROOT, "%.0f", 100 * share);
  }

  private void mistakes() {
    List<Confusion.Cell> most =
        matrix.cells().stream()
            .filter(c -> c.truth() != c.predicted())
            .sorted(Comparator.comparingLong(c -> -c.count()))
            .limit(MOST_MISTAKES)
            .toList();
    if (most.isEmpty()) {
      return;
    }
    List<Report.Table.Row> rows =
        most.stream()
            .map(
                c ->
                    new Report.Table.Row(
                        matrix.classes().get(c.truth()),
                        List.of(
                            Markup.shortened(
                                matrix.classes().get(c.predicted()), Markup.LONGEST_NAME),
                            Long.toString(c.count()),
                            percent((double) c.count() / truths[c.truth()]) + " %")))
            .toList();
    TableMarkup.write(
        out,
        new Report.Table(
            "The most frequent mistakes",
            List.of("truth", "predicted", "count", "of the truth"),
            rows,
            ""));
  }
}
