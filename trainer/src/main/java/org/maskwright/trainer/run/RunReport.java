package org.maskwright.trainer.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.maskwright.datasets.catalog.DatasetStats;
import org.maskwright.files.OutputFile;
import org.maskwright.trainer.checkpoint.Provenance;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.EvalReports;
import org.maskwright.trainer.report.Report;
import org.maskwright.trainer.report.Report.Fact;
import org.maskwright.trainer.report.Report.Table;
import org.maskwright.trainer.report.ReportPage;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.source.EvaluatedData;
import org.maskwright.trainer.source.TrainingData;

/** A finished run as a {@link Report} in its folder. */
final class RunReport {
  private final Session session;
  private final RunSettings settings;
  private final Prepared prepared;
  private final RunSummary summary;

  private RunReport(Session session, Prepared prepared, RunSummary summary) {
    this.session = session;
    this.settings = session.settings();
    this.prepared = prepared;
    this.summary = summary;
  }

  /**
   * Writes the page.
   *
   * @param best the evaluation of the best checkpoint, whose weights the model has now
   * @return where it is
   */
  static Path write(
      Session session,
      Prepared prepared,
      RunSummary summary,
      Optional<EvalReports> best,
      Provenance provenance)
      throws IOException {
    Path file = session.folder().report();
    Report report = new RunReport(session, prepared, summary).report(best, provenance);
    OutputFile.write(file, ReportPage.html(report));
    return file;
  }

  private Report report(Optional<EvalReports> best, Provenance provenance) throws IOException {
    List<MetricsLog.Line> lines = MetricsLog.read(session.folder().metrics());
    Path model = session.folder().checkpoints().resolve("best");
    return new Report(
        summary.folder().getFileName().toString(),
        "Training for %s segmentation, %d steps of %d images"
            .formatted(
                settings.task().key(),
                summary.step(),
                settings.train().batchSize() * settings.train().accumulate()),
        summary(),
        Optional.of(data()),
        Curves.plots(lines),
        summary.last().map(this::metrics),
        best.map(b -> ReportParts.tables(b, ReportParts::perClass)).orElse(List.of()),
        best.map(ReportParts::confusions).orElse(List.of()),
        best.map(b -> ReportParts.tables(b, DetailParts::errors)).orElse(List.of()),
        best.map(ReportParts::curves).orElse(List.of()),
        best.map(b -> ReportParts.tables(b, DetailParts::thresholds)).orElse(List.of()),
        best.flatMap(reports -> ReportParts.pictures(reports, prepared.evaluators())),
        ReportParts.settings(settings),
        ReportParts.provenance(provenance),
        EvaluationReport.commands(model));
  }

  private List<Fact> summary() {
    List<Fact> out = new ArrayList<>();
    summary
        .best()
        .ifPresent(
            best -> {
              Optional.ofNullable(best.metrics().get(summary.decidedBy()))
                  .ifPresent(v -> out.add(new Fact(summary.decidedBy(), Metric.text(v))));
              out.add(new Fact("best checkpoint", "step " + best.step()));
            });
    out.add(new Fact("steps", Long.toString(summary.step())));
    out.add(new Fact("training", time(summary.seconds())));
    out.add(
        new Fact("images a second", String.format(Locale.ROOT, "%.2f", summary.imagesPerSecond())));
    return out;
  }

  private static String time(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? "%d:%02d min".formatted(whole / 60, whole % 60)
        : "%d:%02d h".formatted(whole / 3600, whole / 60 % 60);
  }

  private Report.Data data() {
    List<Fact> parts = new ArrayList<>();
    List<Table> classes = new ArrayList<>();
    for (TrainingData.Source source : prepared.data().sources()) {
      String name = source.dataset().name();
      parts.add(new Fact("trained on", name + ", " + source.examples().counted()));
      classes.add(ReportParts.classes("Trained on " + name, DatasetStats.quick(source.dataset())));
    }
    for (EvaluatedData val : prepared.val()) {
      String before = prepared.val().size() == 1 ? "" : val.name() + " = ";
      parts.add(EvaluationReport.part(before, val));
      classes.add(
          ReportParts.classes(
              "Evaluated on " + before + val.dataset().name(), DatasetStats.quick(val.dataset())));
    }
    return new Report.Data(parts, classes, prepared.warnings());
  }

  private Table metrics(RunSummary.Scored last) {
    Map<String, Double> ofBest = summary.best().map(RunSummary.Scored::metrics).orElse(Map.of());
    Set<String> names = new LinkedHashSet<>(ofBest.keySet());
    names.addAll(last.metrics().keySet());
    List<Table.Row> rows =
        names.stream()
            .map(
                name ->
                    new Table.Row(
                        name,
                        Stream.of(ofBest, last.metrics())
                            .map(values -> Metric.text(values.get(name)))
                            .toList()))
            .toList();
    String best = summary.best().map(b -> "best, step " + b.step()).orElse("best");
    return new Table(
        "Metrics, in percent; losses as they are",
        List.of("metric", best, "last, step " + last.step()),
        rows,
        "The best checkpoint is that of the best " + summary.decidedBy() + ".");
  }
}
