package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.maskwright.datasets.catalog.CheckReport;
import org.maskwright.datasets.catalog.CheckReport.Finding;
import org.maskwright.datasets.catalog.CheckReport.Severity;
import org.maskwright.datasets.catalog.DataCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code maskwright data check}: every problem of a data set in one pass. */
@Command(
    name = "check",
    description =
        "Read every image and annotation and print all problems: missing and broken files, sizes and"
            + " ids that do not fit, masks without a pixel. Ends with 4 if there is any.")
final class DataCheckCommand implements Callable<Integer> {
  @Mixin private DataSource source;
  @Mixin private JsonOption json;

  @Option(
      names = "--limit",
      defaultValue = "100",
      description = "How many findings to print as text (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CheckReport report = DataCheck.run(source.settings());
    PrintWriter out = spec.commandLine().getOut();
    if (json.isSet()) {
      JsonLines.write(
          out,
          generator -> {
            generator.writeNumberField("images", report.images());
            generator.writeNumberField("segments", report.segments());
            generator.writeNumberField("problems", report.problems());
            generator.writeArrayFieldStart("findings");
            for (Finding finding : report.findings()) {
              generator.writeStartObject();
              generator.writeStringField("severity", name(finding.severity()));
              generator.writeStringField("message", finding.message());
              generator.writeEndObject();
            }
            generator.writeEndArray();
          });
    } else {
      print(report, out);
    }
    return report.problems() > 0 ? ExitCode.DATA.code() : ExitCode.OK.code();
  }

  private void print(CheckReport report, PrintWriter out) {
    report.findings().stream()
        .limit(limit)
        .forEach(finding -> out.println(name(finding.severity()) + ": " + finding.message()));
    if (report.findings().size() > limit) {
      out.println("... and " + (report.findings().size() - limit) + " more; see --limit");
    }
    out.printf(
        "%d images, %d segments, %d problems%n",
        report.images(), report.segments(), report.problems());
  }

  private static String name(Severity severity) {
    return switch (severity) {
      case PROBLEM -> "problem";
      case NOTE -> "note";
    };
  }
}
