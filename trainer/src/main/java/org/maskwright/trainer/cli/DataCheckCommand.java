package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.maskwright.datasets.catalog.CheckReport;
import org.maskwright.datasets.catalog.CheckReport.Finding;
import org.maskwright.datasets.catalog.CheckReport.Severity;
import org.maskwright.datasets.catalog.DataCheck;
import org.maskwright.datasets.catalog.DatasetStats;
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
  @Mixin private DataArgument source;
  @Mixin private JsonOption json;

  @Option(
      names = "--limit",
      defaultValue = "100",
      description = "How many findings to print as text (default: ${DEFAULT-VALUE}).")
  private int limit;

  /** Names of parts that are not trained on. */
  private static final Pattern EVALUATED = Pattern.compile("(?:val|test).*");

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    OptionRange.atLeast(spec, "--limit", 0, limit);
    CheckReport report = check();
    PrintWriter out = spec.commandLine().getOut();
    json.report(out, () -> print(report, out), () -> toJson(report));
    return report.problems() > 0 ? ExitCode.DATA.code() : ExitCode.OK.code();
  }

  private static String toJson(CheckReport report) {
    return JsonLines.object(
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
  }

  /** One report of all parts. */
  private CheckReport check() {
    int images = 0;
    long segments = 0;
    List<Finding> findings = new ArrayList<>();
    Optional<DatasetStats> train = Optional.empty();
    for (DataArgument.Part part : source.allParts()) {
      boolean evaluated = EVALUATED.matcher(part.name()).matches();
      CheckReport report =
          DataCheck.run(
              part.settings(),
              part.task(),
              evaluated ? DataCheck.Use.EVALUATE : DataCheck.Use.TRAIN);
      train = train.or(() -> evaluated ? Optional.empty() : report.stats());
      images += report.images();
      segments += report.segments();
      String prefix = part.name().isEmpty() ? "" : part.name() + ": ";
      report.findings().forEach(f -> findings.add(new Finding(f.severity(), prefix + f.message())));
    }
    return new CheckReport(images, segments, findings, train);
  }

  private void print(CheckReport report, PrintWriter out) {
    report.findings().stream()
        .limit(limit)
        .forEach(finding -> out.println(name(finding.severity()) + ": " + finding.message()));
    if (report.findings().size() > limit) {
      out.println("... and " + (report.findings().size() - limit) + " more; see --limit");
    }
    out.printf(
        "%d images, %d segments, %d %s%n",
        report.images(),
        report.segments(),
        report.problems(),
        report.problems() == 1 ? "problem" : "problems");
  }

  private static String name(Severity severity) {
    return switch (severity) {
      case PROBLEM -> "problem";
      case NOTE -> "note";
    };
  }
}
