package org.maskwright.trainer.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.doctor.Diagnosis;
import org.maskwright.trainer.doctor.Doctor;
import org.maskwright.trainer.doctor.Fact;
import org.maskwright.trainer.doctor.Finding;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code maskwright doctor}: whether this machine computes rightly. */
@Command(
    name = "doctor",
    description = {
      "Say what this machine is and check that every engine computes rightly on it: convolutions,"
          + " fused kernels and a training step against answers that do not depend on the machine.",
      "Takes about half a minute. Ends with 9 if anything is wrong."
    })
final class DoctorCommand implements Callable<Integer> {
  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "Check one engine only: torch, nd4j or nd4j-operations (default: the first two, where"
              + " they are installed).")
  private String backend;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads inside one operation; 0 = all physical cores.")
  private int threads;

  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    OptionRange.atLeast(spec, "--threads", 0, threads);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Diagnosis diagnosis =
        Doctor.examine(
            engines(),
            threads,
            finding -> {
              if (json.replacesText()) {
                err.println(DoctorText.line(finding));
              } else {
                DoctorText.print(finding, out);
              }
            });
    json.report(
        out,
        () -> DoctorText.print(diagnosis, out),
        () -> JsonLines.object(generator -> write(generator, diagnosis)));
    return (diagnosis.isRight() ? ExitCode.OK : ExitCode.MACHINE).code();
  }

  private List<String> engines() {
    if (backend == null) {
      return Engine.automaticBackends();
    }
    List<String> all = Engine.backends();
    if (!all.contains(backend)) {
      throw new ParameterException(
          spec.commandLine(), "--backend: expected one of " + all + ", got '" + backend + "'");
    }
    return List.of(backend);
  }

  private static void write(JsonGenerator g, Diagnosis diagnosis) throws IOException {
    g.writeBooleanField("right", diagnosis.isRight());
    g.writeNumberField("seconds", diagnosis.seconds());
    g.writeObjectFieldStart("facts");
    String section = "";
    for (Fact fact : diagnosis.facts()) {
      if (!fact.section().equals(section)) {
        if (!section.isEmpty()) {
          g.writeEndObject();
        }
        section = fact.section();
        g.writeObjectFieldStart(section);
      }
      g.writeStringField(fact.name(), fact.value());
    }
    if (!section.isEmpty()) {
      g.writeEndObject();
    }
    g.writeEndObject();
    g.writeArrayFieldStart("checks");
    for (Finding finding : diagnosis.findings()) {
      g.writeStartObject();
      g.writeStringField("subject", finding.subject());
      g.writeStringField("check", finding.check());
      g.writeStringField("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
      g.writeStringField("message", finding.message());
      g.writeStringField("advice", finding.advice());
      g.writeNumberField("seconds", finding.seconds());
      g.writeEndObject();
    }
    g.writeEndArray();
  }
}
