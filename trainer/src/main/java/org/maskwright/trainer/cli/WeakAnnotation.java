package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.weak.WeakDataset;
import org.maskwright.datasets.weak.WeakFile;
import org.maskwright.datasets.weak.WeakForm;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * What {@code data points} and {@code data boxes} have in common.
 *
 * @param source the masks
 * @param out the file to write
 */
record WeakAnnotation(CommandSpec spec, DataArgument source, Path out, JsonOption json) {
  static final String OUT =
      "COCO file to write, best below the folder; photographs are named relative to the folder.";

  int write(WeakForm form, long seed) {
    DataArgument.Part part = part();
    Dataset masks = DatasetOpener.open(part.settings(), Task.INSTANCE);
    PrintWriter err = spec.commandLine().getErr();
    masks.notes().forEach(note -> err.println("note: " + note));
    Path folder = part.settings().root();
    WeakFile.Report report = WeakFile.write(new WeakDataset(masks, form, seed), folder, out);
    PrintWriter text = spec.commandLine().getOut();
    json.report(text, () -> print(report, folder, text), () -> toJson(report));
    return ExitCode.OK.code();
  }

  private DataArgument.Part part() {
    List<DataArgument.Part> parts = source.parts();
    if (parts.size() > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "PATH: expected one data set, got %s; choose one with --part train or --part val"
              .formatted(parts.stream().map(DataArgument.Part::name).toList()));
    }
    return parts.get(0);
  }

  private void print(WeakFile.Report report, Path folder, PrintWriter text) {
    text.printf(
        Locale.ROOT, "%d images, %d objects with a box each", report.images(), report.objects());
    if (report.points() > 0) {
      text.printf(
          Locale.ROOT,
          " and %d points, %.0f %% of them inside",
          report.points(),
          100.0 * report.inside() / report.points());
    }
    text.printf(": written to %s%n", out);
    Path base = folder.toAbsolutePath().normalize();
    Path file = out.toAbsolutePath().normalize();
    text.println(
        file.startsWith(base)
            ? "train on it: data.train { type = coco-instance, images = \".\", annotations = \"%s\" }, data.source.supervision.type = as-annotated"
                .formatted(base.relativize(file).toString().replace('\\', '/'))
            : "to train on it move it below " + folder);
  }

  private static String toJson(WeakFile.Report report) {
    return JsonLines.object(
        generator -> {
          generator.writeNumberField("images", report.images());
          generator.writeNumberField("objects", report.objects());
          generator.writeNumberField("points", report.points());
          generator.writeNumberField("inside", report.inside());
        });
  }
}
