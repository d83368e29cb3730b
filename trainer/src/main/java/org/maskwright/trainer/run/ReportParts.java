package org.maskwright.trainer.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.catalog.DatasetStats;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.trainer.checkpoint.Provenance;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.config.SettingsWriter;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.EvalReports;
import org.maskwright.trainer.eval.SamplePictures;
import org.maskwright.trainer.report.Jpeg;
import org.maskwright.trainer.report.Plot;
import org.maskwright.trainer.report.Report;
import org.maskwright.trainer.report.Report.Confusion;
import org.maskwright.trainer.report.Report.Fact;
import org.maskwright.trainer.report.Report.Pictures;
import org.maskwright.trainer.report.Report.Table;
import org.maskwright.trainer.result.ImageScores;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.Metric;

/** The parts that the report of a run and that of an evaluation share. */
final class ReportParts {
  /** Of the best, the median and the worst images. */
  private static final int EXAMPLES = 3;

  private static final int PICTURE_SIDE = 640;
  private static final int PICTURE_BYTES = 90_000; // 18 of them are 2.2 MB as text

  private ReportParts() {}

  /** Segments, images and pixels of each class. */
  static Table classes(String part, DatasetStats stats) {
    List<Table.Row> rows =
        stats.classes().stream()
            .map(
                c ->
                    new Table.Row(
                        c.category().name(),
                        List.of(
                            c.category().thing() ? "things" : "stuff",
                            Long.toString(c.segments()),
                            Long.toString(c.images()),
                            String.format(Locale.ROOT, "%.2f", 100 * stats.pixels().share(c)))))
            .toList();
    String counted =
        stats.complete()
            ? ""
            : "Counted in %d of %d images. ".formatted(stats.counted(), stats.images());
    return new Table(
        part + ": classes",
        List.of("class", "kind", "segments", "images", "% of pixels"),
        rows,
        counted + "Pixels of %d images.".formatted(stats.pixels().images()));
  }

  /** Parts of an evaluation of one data set. */
  @FunctionalInterface
  interface OfOne<T> {
    List<T> parts(EvalReport report);
  }

  /**
   * The parts of all data sets, one after the other.
   *
   * @param titled a part with another title; of several data sets their names stand in it
   */
  private static <T> List<T> ofAll(
      EvalReports reports, OfOne<T> parts, BiFunction<T, UnaryOperator<String>, T> titled) {
    List<T> out = new ArrayList<>();
    reports
        .byName()
        .forEach(
            (name, report) -> {
              UnaryOperator<String> title = text -> reports.before(name, ": ") + text;
              parts.parts(report).forEach(part -> out.add(titled.apply(part, title)));
            });
    return out;
  }

  /** Tables of all data sets. */
  static List<Table> tables(EvalReports reports, OfOne<Table> parts) {
    return ofAll(
        reports,
        parts,
        (t, title) -> new Table(title.apply(t.caption()), t.columns(), t.rows(), t.note()));
  }

  /** Confusions of all data sets. */
  static List<Confusion> confusions(EvalReports reports) {
    return ofAll(
        reports,
        DetailParts::confusions,
        (c, title) -> new Confusion(title.apply(c.caption()), c.classes(), c.cells(), c.note()));
  }

  /** Curves of all data sets. */
  static List<Plot> curves(EvalReports reports) {
    return ofAll(
        reports,
        DetailParts::curves,
        (p, title) -> new Plot(title.apply(p.title()), p.xLabel(), p.lines(), p.range()));
  }

  /** The images that went best, middling and worst on each data set. */
  static Optional<Pictures> pictures(EvalReports reports, Evaluators evaluators) {
    List<String> measures = new ArrayList<>();
    List<Pictures.Group> groups = new ArrayList<>();
    for (Evaluator evaluator : evaluators.all()) {
      String name = evaluator.data().name();
      pictures(reports.byName().get(name), evaluator)
          .ifPresent(
              of -> {
                String before = reports.before(name, ": ");
                measures.add(before + of.measure());
                of.groups()
                    .forEach(g -> groups.add(new Pictures.Group(before + g.name(), g.examples())));
              });
    }
    return groups.isEmpty()
        ? Optional.empty()
        : Optional.of(new Pictures(String.join(" ", measures), groups));
  }

  /** A row for each metric, a column for each data set. */
  static Table metrics(EvalReports reports) {
    List<String> columns = new ArrayList<>(List.of("metric"));
    columns.addAll(reports.several() ? reports.byName().keySet() : List.of("value"));
    return new Table(
        "Metrics, in percent; losses as they are",
        columns,
        reports.metricNames().stream()
            .map(name -> new Table.Row(name, reports.texts(name)))
            .toList(),
        "");
  }

  /** A table for each kind of result, a column for each of its measures. */
  static List<Table> perClass(EvalReport report) {
    Map<String, List<String>> byKind =
        report.perClass().keySet().stream()
            .collect(
                Collectors.groupingBy(
                    name -> name.substring(0, name.indexOf('.')),
                    LinkedHashMap::new,
                    Collectors.toList()));
    List<Table> out = new ArrayList<>();
    byKind.forEach(
        (kind, metrics) -> {
          List<String> columns =
              Stream.concat(
                      Stream.of("class"), metrics.stream().map(m -> m.substring(kind.length() + 1)))
                  .toList();
          List<Table.Row> rows =
              metrics.stream()
                  .flatMap(m -> report.perClass().get(m).keySet().stream())
                  .distinct()
                  .map(
                      name ->
                          new Table.Row(
                              name,
                              metrics.stream()
                                  .map(m -> Metric.text(report.perClass().get(m).get(name)))
                                  .toList()))
                  .toList();
          out.add(new Table(kind + ", in percent", columns, rows, ""));
        });
    return out;
  }

  /** The images that went best, middling and worst. */
  private static Optional<Pictures> pictures(EvalReport report, Evaluator evaluator) {
    ImageScores scores = report.ofImages().get(evaluator.drawnKind());
    if (scores == null || scores.percent().isEmpty()) {
      return Optional.empty();
    }
    Optional<ScoreThresholds> thresholds =
        Optional.ofNullable(report.bestThresholds().get(evaluator.drawnKind()));
    ImageScores.Chosen chosen = scores.choose(EXAMPLES);
    Map<ImageId, SamplePictures.Row> drawn =
        evaluator
            .drawn(
                report,
                Stream.of(chosen.best(), chosen.median(), chosen.worst())
                    .flatMap(List::stream)
                    .collect(Collectors.toSet()),
                thresholds.orElse(ScoreThresholds.everywhere(InstanceKind.DEFAULT_THRESHOLD)))
            .stream()
            .collect(Collectors.toMap(SamplePictures.Row::image, Function.identity()));
    List<Pictures.Group> groups = new ArrayList<>();
    Map<String, List<ImageId>> named = new LinkedHashMap<>();
    named.put("Best", chosen.best());
    named.put("Median", chosen.median());
    named.put("Worst", chosen.worst());
    named.forEach(
        (name, images) -> {
          List<Pictures.Example> examples =
              images.stream()
                  .filter(drawn::containsKey)
                  .map(image -> example(drawn.get(image), scores.percent().get(image)))
                  .toList();
          if (!examples.isEmpty()) {
            groups.add(new Pictures.Group(name, examples));
          }
        });
    String measure =
        "By the %s, in percent; %d images have one. Predictions are %s%s."
            .formatted(
                scores.meaning(),
                scores.percent().size(),
                evaluator.drawnKind(),
                thresholds.isPresent()
                    ? ", from the score threshold of the best F1 of their class on"
                    : "");
    return groups.isEmpty() ? Optional.empty() : Optional.of(new Pictures(measure, groups));
  }

  private static Pictures.Example example(SamplePictures.Row row, double score) {
    return new Pictures.Example(
        row.image().toString(),
        Metric.text(score),
        Jpeg.of(row.annotation(), PICTURE_SIDE, PICTURE_BYTES),
        Jpeg.of(row.prediction(), PICTURE_SIDE, PICTURE_BYTES));
  }

  /** All settings, those that differ from the defaults with what they differ from. */
  static List<Report.Setting> settings(RunSettings settings) {
    Map<String, String> defaults =
        ConfigFile.defaults().entries().stream()
            .collect(Collectors.toMap(ConfigFile.Entry::path, ConfigFile.Entry::value));
    List<Report.Setting> out = new ArrayList<>();
    SettingsWriter.flat(settings)
        .forEach(
            (key, value) -> {
              String standard = defaults.getOrDefault(key, "");
              Optional<String> differs = Optional.of(standard).filter(s -> !s.equals(value));
              out.add(new Report.Setting(key, value, differs));
            });
    return out;
  }

  /** What made a run or an evaluation. */
  static List<Fact> provenance(Provenance of) {
    List<Fact> out = new ArrayList<>();
    out.add(new Fact("command", String.join(" ", of.command())));
    out.add(new Fact("started", of.started().toString()));
    out.add(new Fact("Maskwright", of.versions().maskwright() + ", commit " + of.commit()));
    out.add(new Fact("seed", Long.toString(of.seed())));
    out.add(new Fact("engine", of.backend() + " on " + of.device()));
    out.add(
        new Fact(
            "libraries",
            "PyTorch %s, ND4J %s, JavaCPP %s"
                .formatted(
                    of.versions().pytorch(), of.versions().nd4j(), of.versions().javacpp())));
    out.add(new Fact("Java", of.java()));
    out.add(new Fact("machine", of.os() + ", " + of.processors() + " processors"));
    of.dataFingerprints().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(part -> out.add(new Fact("data, " + part.getKey(), part.getValue())));
    return out;
  }
}
