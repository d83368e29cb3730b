package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.maskwright.datasets.picture.Chart;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.report.Plot;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;

/** A run's numbers over its steps: the losses, and what was evaluated. */
final class Curves {

  private static final String LOSS = "loss.";

  private Curves() {}

  /**
   * Writes {@code loss.png} and, after two evaluations or more, {@code metrics.png}.
   *
   * @param title of both
   * @throws org.maskwright.files.OutputException if a file cannot be written
   */
  static void write(String title, List<MetricsLog.Line> lines, Path folder) {
    List<MetricsLog.Line> train = of("train", lines);
    chart(title, "loss", train, losses(train), 1, folder.resolve("loss.png"));
    chart(
        title,
        "percent",
        of("eval", lines),
        metrics(of("eval", lines)),
        2,
        folder.resolve("metrics.png"));
  }

  /** The same numbers and more as plots of a page; what was not measured is left out. */
  static List<Plot> plots(List<MetricsLog.Line> lines) {
    List<MetricsLog.Line> train = of("train", lines);
    List<MetricsLog.Line> eval = of("eval", lines);
    List<Plot> out = new ArrayList<>();
    out.add(plot("Loss in training", train, losses(train), ""));
    for (String of : evaluated(eval)) {
      String title = "Loss on evaluated images" + (of.isEmpty() ? "" : " of " + title(of));
      out.add(plot(title, eval, named(eval, of + LOSS), of + LOSS));
    }
    out.add(plot("Learning rate", train, List.of("lr"), ""));
    for (String of : evaluated(eval)) {
      for (ResultKind<?> kind : ResultKinds.all()) {
        String title =
            "Metrics, " + (of.isEmpty() ? "" : title(of) + ", ") + kind.name() + ", in percent";
        String beginning = of + kind.name() + ".";
        out.add(plot(title, eval, named(eval, beginning), beginning));
      }
    }
    out.removeIf(plot -> plot.lines().stream().noneMatch(Plot.Line::isDrawn));
    return out;
  }

  /** What the metrics of each data set begin with; nothing of the only one. */
  private static List<String> evaluated(List<MetricsLog.Line> lines) {
    List<String> kinds = ResultKinds.names();
    return lines.stream()
        .flatMap(line -> line.values().keySet().stream())
        .map(name -> name.substring(0, name.indexOf('.') + 1))
        .map(first -> first.equals(LOSS) || kinds.contains(first.replace(".", "")) ? "" : first)
        .distinct()
        .toList();
  }

  private static String title(String beginning) {
    return beginning.substring(0, beginning.length() - 1);
  }

  private static List<String> named(List<MetricsLog.Line> lines, String beginning) {
    return lines.stream()
        .flatMap(line -> line.values().keySet().stream())
        .filter(name -> name.startsWith(beginning))
        .distinct()
        .toList();
  }

  /** Lines are named without the beginning that all have. */
  private static Plot plot(
      String title, List<MetricsLog.Line> lines, List<String> names, String beginning) {
    return new Plot(
        title,
        "step",
        names.stream()
            .map(
                name ->
                    new Plot.Line(
                        name.substring(beginning.length()),
                        lines.stream().map(l -> new Plot.Point(l.step(), value(l, name))).toList()))
            .toList(),
        Plot.Range.OF_LINES);
  }

  private static double value(MetricsLog.Line line, String name) {
    return line.values().getOrDefault(name, Double.NaN);
  }

  /** Of each data set and kind of result the first. */
  private static List<String> metrics(List<MetricsLog.Line> eval) {
    return evaluated(eval).stream()
        .flatMap(
            of ->
                ResultKinds.all().stream()
                    .map(kind -> of + kind.name() + "." + kind.metrics().get(0).name()))
        .toList();
  }

  /** The loss and the sums of its terms over all outputs. */
  private static List<String> losses(List<MetricsLog.Line> lines) {
    List<String> kinds =
        lines.stream()
            .flatMap(line -> line.values().keySet().stream())
            .filter(name -> name.startsWith("loss_"))
            .map(name -> new LossPart(name, 0).kind())
            .distinct()
            .toList();
    return Stream.concat(Stream.of("loss"), StepLog.labels(kinds).stream()).toList();
  }

  private static List<MetricsLog.Line> of(String kind, List<MetricsLog.Line> lines) {
    return lines.stream().filter(line -> line.kind().equals(kind)).toList();
  }

  private static void chart(
      String title,
      String unit,
      List<MetricsLog.Line> lines,
      List<String> names,
      int fewest,
      Path file) {
    double[] steps = lines.stream().mapToDouble(MetricsLog.Line::step).toArray();
    Chart chart = new Chart(title, "step", unit);
    boolean finite = false;
    for (String name : names) {
      double[] values = lines.stream().mapToDouble(l -> value(l, name)).toArray();
      if (Arrays.stream(values).anyMatch(Double::isFinite)) {
        chart.line(name, steps, values);
        finite = true;
      }
    }
    if (finite && lines.size() >= fewest) {
      chart.draw().writePng(file);
    }
  }
}
