package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.maskwright.datasets.catalog.MaskColours;
import org.maskwright.datasets.catalog.MaskColours.Count;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright data colors}: what colours masks have, and the file that names them. */
@Command(
    name = "colors",
    description =
        "List the colours in the masks of a folder, and write the file that names them as classes:"
            + " label_colors.txt beside the folders is read from then on.")
final class DataColorsCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "Folder of a data set.")
  private Path root;

  @Option(
      names = "--annotations",
      defaultValue = "",
      description =
          "Folder of the masks below DIR (default: masks, SegmentationClass, labels, ...).")
  private String annotations;

  @Option(
      names = "--write",
      description = "Write DIR/label_colors.txt; put the names of the classes into it.")
  private boolean write;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the file here; it must not be there yet.")
  private Optional<Path> out = Optional.empty();

  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    MaskColours colours = MaskColours.of(root, annotations);
    Optional<Path> file =
        out.or(() -> write ? Optional.of(root.resolve(MaskColours.FILE)) : Optional.empty());
    file.ifPresent(colours::write);
    PrintWriter text = spec.commandLine().getOut();
    json.report(text, () -> print(colours, file, text), () -> toJson(colours));
    return ExitCode.OK.code();
  }

  private static void print(MaskColours colours, Optional<Path> file, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%d colours in %d masks of %s%n",
        colours.colours().size(),
        colours.images(),
        colours.folder());
    out.printf(
        Locale.ROOT,
        "%3s %3s %3s %14s %9s %8s  %s%n",
        "R",
        "G",
        "B",
        "pixels",
        "share",
        "images",
        "class");
    for (Count colour : colours.colours()) {
      out.printf(
          Locale.ROOT,
          "%3d %3d %3d %14d %8.2f%% %8d  %s%n",
          colour.rgb() >> 16,
          colour.rgb() >> 8 & 0xFF,
          colour.rgb() & 0xFF,
          colour.pixels(),
          100 * colours.share(colour),
          colour.images(),
          colour.name().orElse("-"));
    }
    out.println(
        file.map(f -> "written to " + f + "; give the classes their names there")
            .orElse("--write makes the file that names them"));
  }

  private static String toJson(MaskColours colours) {
    return JsonLines.object(
        generator -> {
          generator.writeStringField("folder", colours.folder().toString());
          generator.writeNumberField("images", colours.images());
          generator.writeArrayFieldStart("colours");
          for (Count colour : colours.colours()) {
            generator.writeStartObject();
            generator.writeFieldName("rgb");
            generator.writeArray(
                new int[] {colour.rgb() >> 16, colour.rgb() >> 8 & 0xFF, colour.rgb() & 0xFF},
                0,
                3);
            generator.writeNumberField("pixels", colour.pixels());
            generator.writeNumberField("images", colour.images());
            if (colour.name().isPresent()) {
              generator.writeStringField("class", colour.name().get());
            }
            generator.writeEndObject();
          }
          generator.writeEndArray();
        });
  }
}
