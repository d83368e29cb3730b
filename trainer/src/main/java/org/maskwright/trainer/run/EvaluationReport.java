package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.maskwright.datasets.catalog.DatasetStats;
import org.maskwright.trainer.checkpoint.Provenance;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.EvalReports;
import org.maskwright.trainer.report.Report;
import org.maskwright.trainer.report.Report.Command;
import org.maskwright.trainer.report.Report.Fact;
import org.maskwright.trainer.report.Report.Table;
import org.maskwright.trainer.report.ShellWord;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.source.EvaluatedData;

/** An evaluation of a model as a {@link Report}. */
public final class EvaluationReport {
  private EvaluationReport() {}

  /**
   * All of an evaluation, with pictures of the images that went best and worst.
   *
   * @param model the folder of the model
   * @param evaluators that made the reports, their model still open
   */
  public static Report of(
      Path model,
      RunSettings settings,
      EvalReports reports,
      Evaluators evaluators,
      Provenance provenance) {
    List<Fact> summary = new ArrayList<>();
    Optional.ofNullable(reports.metrics().get(settings.eval().best()))
        .ifPresent(best -> summary.add(new Fact(settings.eval().best(), Metric.text(best))));
    int images = reports.byName().values().stream().mapToInt(EvalReport::images).sum();
    double seconds = reports.byName().values().stream().mapToDouble(EvalReport::seconds).sum();
    summary.add(new Fact("images", Integer.toString(images)));
    summary.add(new Fact("time", String.format(Locale.ROOT, "%.1f s", seconds)));
    List<String> names =
        evaluators.all().stream().map(e -> e.data().dataset().name()).distinct().toList();
    return new Report(
        model.toString(),
        "Evaluation of a model on " + String.join(" and ", names),
        summary,
        Optional.of(data(reports, evaluators)),
        List.of(),
        Optional.of(ReportParts.metrics(reports)),
        ReportParts.tables(reports, ReportParts::perClass),
        ReportParts.confusions(reports),
        ReportParts.tables(reports, DetailParts::errors),
        ReportParts.curves(reports),
        ReportParts.tables(reports, DetailParts::thresholds),
        ReportParts.pictures(reports, evaluators),
        ReportParts.settings(settings),
        ReportParts.provenance(provenance),
        commands(model));
  }

  private static Report.Data data(EvalReports reports, Evaluators evaluators) {
    List<Fact> parts = new ArrayList<>();
    List<Table> classes = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    for (Evaluator evaluator : evaluators.all()) {
      EvaluatedData data = evaluator.data();
      String before = reports.before(data.name(), ": ");
      parts.add(part(reports.before(data.name(), " = "), data));
      classes.add(ReportParts.classes(before + "Evaluated on", DatasetStats.quick(data.dataset())));
      skipped.addAll(reports.byName().get(data.name()).skipped());
    }
    return new Report.Data(parts, classes, skipped);
  }

  /** A data set that is evaluated on. */
  static Fact part(String before, EvaluatedData data) {
    return new Fact(
        "evaluated on", before + data.dataset().name() + ", " + data.dataset().size() + " images");
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
