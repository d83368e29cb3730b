package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.probe.Probe;
import org.maskwright.trainer.probe.ProbeData;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright probe}: what a trained backbone knows. */
@Command(
    name = "probe",
    description = {
      "Measure what backbones know, without training them: pictures become one vector each, and these are told apart.",
      "linear: classes, by a linear layer fitted by L-BFGS. knn: classes, by the 20 most similar pictures. rotation: how a picture is turned, by a linear layer; needs no classes (docs/pretraining.md)."
    })
final class ProbeCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "KIND", description = "linear, knn or rotation.")
  private Probe probe;

  @Parameters(
      index = "1..*",
      arity = "2..*",
      paramLabel = "BACKBONE... DATA",
      description =
          "Runs, checkpoints, models, folders of backbones or files that import knows; then the data: a folder with a folder for each class or a list classes.csv, for rotation any folder of pictures, or a configuration file, of which data.train and data.val are used.")
  private List<Path> paths;

  @Mixin private ProbeMixin asked;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (paths.size() < 2) {
      throw new ParameterException(spec.commandLine(), "expected BACKBONE... DATA");
    }
    List<Path> backbones = paths.subList(0, paths.size() - 1);
    ProbeData data = ProbeData.of(paths.get(paths.size() - 1), probe.needsClasses());
    Map<Path, Probe.Outcome> outcomes = new LinkedHashMap<>();
    try (Engine engine = asked.open()) {
      for (Path path : backbones) {
        outcomes.put(path, asked.of(engine, probe, path, data));
      }
    }
    json.report(spec.commandLine().getOut(), () -> print(outcomes, data), () -> toJson(outcomes));
    List<String> warnings = new ArrayList<>();
    outcomes.forEach(
        (path, outcome) -> outcome.warnings().forEach(w -> warnings.add(path + ": " + w)));
    Terminal.warn(spec, warnings);
    return ExitCode.OK.code();
  }

  private void print(Map<Path, Probe.Outcome> outcomes, ProbeData data) {
    PrintWriter out = spec.commandLine().getOut();
    Probe.Outcome any = outcomes.values().iterator().next();
    out.printf(
        Locale.ROOT,
        "%s probe, fitted to %d pictures of %s, asked about %d others; by chance %.1f%n%n",
        probe.key(),
        any.trained(),
        data.trained().name(),
        any.tested(),
        any.chance());
    any.metrics().keySet().forEach(name -> out.printf("%10s", name));
    out.println("  backbone");
    outcomes.forEach(
        (path, outcome) -> {
          outcome
              .metrics()
              .forEach(
                  (name, value) ->
                      out.printf(Locale.ROOT, name.equals("loss") ? "%10.4f" : "%10.2f", value));
          out.println("  " + path);
        });
  }

  private String toJson(Map<Path, Probe.Outcome> outcomes) {
    return JsonLines.value(
        g -> {
          g.writeStartArray();
          for (Map.Entry<Path, Probe.Outcome> entry : outcomes.entrySet()) {
            Probe.Outcome outcome = entry.getValue();
            g.writeStartObject();
            g.writeStringField("backbone", entry.getKey().toString());
            g.writeStringField("probe", probe.key());
            for (Map.Entry<String, Double> metric : outcome.metrics().entrySet()) {
              g.writeNumberField(metric.getKey(), metric.getValue());
            }
            g.writeNumberField("chance", outcome.chance());
            g.writeNumberField("trained", outcome.trained());
            g.writeNumberField("tested", outcome.tested());
            JsonLines.strings(g, "warnings", outcome.warnings());
            g.writeEndObject();
          }
          g.writeEndArray();
        });
  }
}
