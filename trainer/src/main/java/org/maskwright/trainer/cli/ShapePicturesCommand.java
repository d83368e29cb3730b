package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.maskwright.datasets.scenes.ShapePicturesConfig;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that writes a data set of small synthetic pictures of shapes. */
abstract class ShapePicturesCommand implements Runnable {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description =
          "Folder to make: missing, empty, or with a data set of this command that is to be"
              + " replaced.")
  private Path out;

  @Option(
      names = {"--images", "--train"},
      paramLabel = "N",
      defaultValue = "2000",
      description = "Number of training images (default: ${DEFAULT-VALUE}).")
  private int train;

  @Option(
      names = "--val",
      paramLabel = "N",
      defaultValue = "100",
      description = "Number of validation images (default: ${DEFAULT-VALUE}).")
  private int val;

  @Option(
      names = "--size",
      paramLabel = "N",
      defaultValue = "64",
      description = "Width and height in pixels (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Any whole number (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  /** Writes the data set unless it is there; says whether it wrote. */
  abstract boolean write(Path folder, ShapePicturesConfig config);

  @Override
  public void run() {
    ShapePicturesConfig config = config();
    boolean written = write(out, config);
    PrintWriter lines = spec.commandLine().getOut();
    json.report(
        lines,
        () ->
            lines.printf(
                "%s: %d training and %d validation images of %d x %d pixels, seed %d%s%n",
                out, train, val, size, size, seed, written ? "" : " (were there already)"),
        () ->
            JsonLines.object(
                g -> {
                  g.writeStringField("folder", out.toString());
                  g.writeNumberField("train", train);
                  g.writeNumberField("val", val);
                  g.writeNumberField("size", size);
                  g.writeNumberField("seed", seed);
                  g.writeBooleanField("written", written);
                }));
  }

  private ShapePicturesConfig config() {
    try {
      return new ShapePicturesConfig(seed, train, val, size);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
