package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.catalog.DatasetStats;
import org.maskwright.trainer.checkpoint.Provenance;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.report.Report;
import org.maskwright.trainer.report.Report.Command;
import org.maskwright.trainer.report.Report.Fact;
import org.maskwright.trainer.report.Report.Table;
import org.maskwright.trainer.report.ShellWord;
import org.maskwright.trainer.result.Metric;

/** An evaluation of a model as a {@link Report}. */
public final class EvaluationReport {
  private EvaluationReport() {}

  /**
   * All of an evaluation, with pictures of the images that went best and worst.
   *
   * @param model the folder of the model
   * @param val what was evaluated on
   * @param evaluator that made the report, its model still open
   */
  public static Report of(
      Path model,
      RunSettings settings,
      Dataset val,
      EvalReport report,
      Evaluator evaluator,
      Provenance provenance) {
    List<Fact> summary = new ArrayList<>();
    Optional.ofNullable(report.metrics().get(settings.eval().best()))
        .ifPresent(best -> summary.add(new Fact(settings.eval().best(), Metric.text(best))));
    summary.add(new Fact("images", Integer.toString(report.images())));
    summary.add(new Fact("time", String.format(Locale.ROOT, "%.1f s", report.seconds())));
    List<Table.Row> rows = new ArrayList<>();
    report
        .metrics()
        .forEach((name, value) -> rows.add(new Table.Row(name, List.of(Metric.text(value)))));
    Table metrics =
        new Table("Metrics, in percent; losses as they are", List.of("metric", "value"), rows, "");
    return new Report(
        model.toString(),
        "Evaluation of a model on " + val.name(),
        summary,
        Optional.of(
            new Report.Data(
                List.of(new Fact("evaluated on", val.name() + ", " + val.size() + " images")),
                List.of(ReportParts.classes("Evaluated on", DatasetStats.quick(val))),
                report.skipped())),
        List.of(),
        Optional.of(metrics),
        ReportParts.perClass(report),
        DetailParts.confusions(report),
        DetailParts.errors(report),
        DetailParts.curves(report),
        DetailParts.thresholds(report),
        ReportParts.pictures(report, evaluator),
        ReportParts.settings(settings),
        ReportParts.provenance(provenance),
        commands(model));
  }

  /** What is done with a model next. */
  static List<Command> commands(Path model) {
    String folder = ShellWord.of(model);
    return List.of(
        new Command(
            "Predict pictures", "./maskwright predict %s IMAGE --out out".formatted(folder)),
        new Command(
            "Evaluate, with the results in the official formats",
            "./maskwright eval %s --out results".formatted(folder)),
        new Command(
            "Write the model for Hugging Face Transformers",
            "./maskwright export %s --to hf --out exported".formatted(folder)));
  }
}
