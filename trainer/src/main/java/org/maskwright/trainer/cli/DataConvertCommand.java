package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.convert.Conversion;
import org.maskwright.datasets.convert.ConversionTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code maskwright data convert}: a data set in another layout. */
@Command(
    name = "convert",
    description =
        "Write a data set in another layout, photographs included, without loss of what that can"
            + " hold; what it cannot hold is counted, a line for each kind. All parts of a folder"
            + " are written, or the one that --split names.")
final class DataConvertCommand implements Callable<Integer> {
  @Mixin private DataArgument source;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "LAYOUT",
      description = "coco, yolo, masks or labelme.")
  private String to;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to write: one that does not exist or is empty.")
  private Path out;

  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    ConversionTarget target = target();
    Map<String, Dataset> parts = new LinkedHashMap<>();
    PrintWriter err = spec.commandLine().getErr();
    for (DataArgument.Part part : source.allParts()) {
      Dataset dataset = DatasetOpener.open(part.settings(), target.task().or(part::task));
      dataset.notes().forEach(note -> err.println("note: " + note));
      parts.put(part.name(), dataset);
    }
    Conversion.Report report = Conversion.write(parts, target, out);
    PrintWriter text = spec.commandLine().getOut();
    json.report(text, () -> print(target, report, text), () -> toJson(report));
    return ExitCode.OK.code();
  }

  private ConversionTarget target() {
    try {
      return Conversion.target(to);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--to: " + e.getMessage(), e);
    }
  }

  private void print(ConversionTarget target, Conversion.Report report, PrintWriter text) {
    text.printf(
        "%d images and %d objects written to %s (%s)%n",
        report.images(), report.objects(), out, target.description());
    report.lost().forEach(line -> text.println("lost: " + line));
  }

  private static String toJson(Conversion.Report report) {
    return JsonLines.object(
        generator -> {
          generator.writeNumberField("images", report.images());
          generator.writeNumberField("objects", report.objects());
          generator.writeArrayFieldStart("lost");
          for (String line : report.lost()) {
            generator.writeString(line);
          }
          generator.writeEndArray();
        });
  }
}
