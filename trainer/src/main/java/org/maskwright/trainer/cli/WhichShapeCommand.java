package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.maskwright.datasets.scenes.WhichShape;
import org.maskwright.datasets.scenes.WhichShapeConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code maskwright data which-shape}: writes small synthetic pictures. */
@Command(
    name = "which-shape",
    description = {
      "Write WhichShape: synthetic pictures with label images, each of a disc, a square and a triangle; which of them is meant, a model learns from an example alone. The same settings give the same bytes; a folder that holds them already is left alone."
    })
final class WhichShapeCommand implements Runnable {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder to make: missing, empty, or with WhichShape that is to be replaced.")
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

  @Override
  public void run() {
    WhichShapeConfig config = config();
    boolean written = WhichShape.write(out, config);
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

  private WhichShapeConfig config() {
    try {
      return new WhichShapeConfig(seed, train, val, size);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
