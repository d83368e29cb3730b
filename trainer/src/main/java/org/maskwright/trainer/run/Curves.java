package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.maskwright.datasets.picture.Chart;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.result.ResultKinds;

/** A run's numbers as pictures: the losses over the steps, and what was evaluated. */
final class Curves {

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
    chart(title, "percent", of("eval", lines), metrics(), 2, folder.resolve("metrics.png"));
  }

  /** Of each kind of result the first. */
  private static List<String> metrics() {
    return ResultKinds.all().stream()
        .map(kind -> kind.name() + "." + kind.metrics().get(0).name())
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
      double[] values =
          lines.stream().mapToDouble(l -> l.values().getOrDefault(name, Double.NaN)).toArray();
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
