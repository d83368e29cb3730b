package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.maskwright.datasets.metrics.RankCorrelation;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.probe.ContrastLoss;
import org.maskwright.trainer.probe.Criterion;
import org.maskwright.trainer.probe.Probe;
import org.maskwright.trainer.probe.ProbeData;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code maskwright select}: the best of several pretrainings, without labels. */
@Command(
    name = "select",
    description = {
      "Rank pretrained backbones, and so the augmentations that they were trained with, without labels: the best is printed first.",
      "Where the pictures have classes, the accuracy of a linear probe is printed beside, and how well the ranks agree (docs/pretraining.md)."
    })
final class SelectCommand implements Callable<Integer> {
  @Parameters(
      arity = "2..*",
      paramLabel = "CHECKPOINT",
      description =
          "Runs, checkpoints, models, folders of backbones or files that import knows; at least two.")
  private List<Path> paths;

  @Option(
      names = "--by",
      paramLabel = "NAME",
      defaultValue = "rotation",
      converter = Criteria.class,
      description =
          "rotation: accuracy of the rotation probe; info-nce: the run's loss of its contrast; min-max: low loss of the probe and high loss of the contrast (default: ${DEFAULT-VALUE}).")
  private Criterion by;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "Pictures to ask about: a folder or a configuration file, as of probe.")
  private Path data;

  @Option(
      names = "--loss",
      paramLabel = "NAME",
      description =
          "The loss of the contrast in the run's log (default: the first with nce or contrast in its name).")
  private String loss;

  @Option(
      names = "--weight",
      paramLabel = "X",
      defaultValue = "1",
      description = "Of min-max: weight of the contrast's loss (default: ${DEFAULT-VALUE}).")
  private double weight;

  @Mixin private ProbeMixin asked;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  /** The names of {@link Criterion}. */
  static final class Criteria implements ITypeConverter<Criterion> {
    @Override
    public Criterion convert(String word) {
      for (Criterion criterion : Criterion.values()) {
        if (criterion.key().equals(word)) {
          return criterion;
        }
      }
      throw new TypeConversionException(
          "expected rotation, info-nce or min-max, got '" + word + "'");
    }
  }

  /** A candidate as it is shown; NaN where nothing was measured. */
  private record Row(Path path, Criterion.Candidate measured, double score, double linear) {}

  @Override
  public Integer call() {
    if (by.probes() && data == null) {
      throw new ParameterException(
          spec.commandLine(), "--by " + by.key() + ": expected --data, pictures to ask about");
    }
    if (!(weight >= 0 && Double.isFinite(weight))) {
      throw new ParameterException(
          spec.commandLine(), "--weight: expected a number from 0, got " + weight);
    }
    boolean labels = data != null && ProbeData.hasClasses(data);
    List<Criterion.Candidate> measured = new ArrayList<>();
    List<Double> linear = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    for (Path path : paths) { // first what takes no time and may be missing
      double contrast =
          by.contrasts() ? ContrastLoss.of(path, Optional.ofNullable(loss)) : Double.NaN;
      measured.add(new Criterion.Candidate(Double.NaN, Double.NaN, contrast));
    }
    if (data != null) {
      ProbeData pictures = ProbeData.of(data, labels);
      try (Engine engine = asked.open()) {
        for (int i = 0; i < paths.size(); i++) {
          Path path = paths.get(i);
          if (by.probes()) {
            Probe.Outcome outcome = asked.of(engine, Probe.ROTATION, path, pictures);
            outcome.warnings().forEach(w -> warnings.add(path + ": " + w));
            measured.set(
                i,
                new Criterion.Candidate(
                    outcome.metrics().get("accuracy"),
                    outcome.metrics().get("loss"),
                    measured.get(i).contrast()));
          }
          if (labels) {
            linear.add(asked.of(engine, Probe.LINEAR, path, pictures).first());
          }
        }
      }
    }
    double[] scores = by.scores(measured, weight);
    List<Row> rows =
        IntStream.range(0, paths.size())
            .mapToObj(
                i ->
                    new Row(
                        paths.get(i),
                        measured.get(i),
                        scores[i],
                        labels ? linear.get(i) : Double.NaN))
            .sorted(Comparator.comparingDouble(row -> -row.score()))
            .toList();
    double agreement =
        labels
            ? RankCorrelation.spearman(
                scores, linear.stream().mapToDouble(Double::doubleValue).toArray())
            : Double.NaN;
    json.report(
        spec.commandLine().getOut(),
        () -> print(rows, labels, agreement),
        () -> toJson(rows, labels, agreement));
    Terminal.warn(spec, warnings);
    return ExitCode.OK.code();
  }

  private void print(List<Row> rows, boolean labels, double agreement) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%10s%s%s%s  checkpoint%n",
        "score",
        by.probes() ? "%10s".formatted("rotation") : "",
        by.contrasts() ? "%10s".formatted("info-nce") : "",
        labels ? "%10s".formatted("linear") : "");
    for (Row row : rows) {
      out.printf(Locale.ROOT, "%10.4f", row.score());
      if (by.probes()) {
        out.printf(Locale.ROOT, "%10.2f", row.measured().accuracy());
      }
      if (by.contrasts()) {
        out.printf(Locale.ROOT, "%10.4f", row.measured().contrast());
      }
      if (labels) {
        out.printf(Locale.ROOT, "%10.2f", row.linear());
      }
      out.println("  " + row.path());
    }
    if (labels) {
      out.printf(
          Locale.ROOT,
          "%nSpearman's rank correlation of the score with the linear probe: %s%n",
          Double.isNaN(agreement) ? "none, all are equal" : "%.2f".formatted(agreement));
    }
    out.printf("%nbest by %s: %s%n", by.key(), rows.get(0).path());
  }

  private String toJson(List<Row> rows, boolean labels, double agreement) {
    return JsonLines.object(
        g -> {
          g.writeStringField("by", by.key());
          g.writeStringField("best", rows.get(0).path().toString());
          if (labels && !Double.isNaN(agreement)) {
            g.writeNumberField("spearman", agreement);
          }
          g.writeArrayFieldStart("candidates");
          for (Row row : rows) {
            g.writeStartObject();
            g.writeStringField("checkpoint", row.path().toString());
            g.writeNumberField("score", row.score());
            if (by.probes()) {
              g.writeNumberField("rotation", row.measured().accuracy());
            }
            if (by.contrasts()) {
              g.writeNumberField("infoNce", row.measured().contrast());
            }
            if (labels) {
              g.writeNumberField("linear", row.linear());
            }
            g.writeEndObject();
          }
          g.writeEndArray();
        });
  }
}
