package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.maskwright.datasets.scenes.MovingShapes;
import org.maskwright.datasets.scenes.MovingShapesConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code maskwright data moving-shapes}: writes small synthetic videos. */
@Command(
    name = "moving-shapes",
    description = {
      "Write MovingShapes: synthetic videos in YouTube-VIS' layout, in which two objects of one"
          + " class change sides and hide each other where they meet. The same settings give the"
          + " same bytes; a folder that holds them already is left alone."
    })
final class MovingShapesCommand implements Runnable {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder to make: missing, empty, or with MovingShapes that are to be replaced.")
  private Path out;

  @Option(
      names = {"--videos", "--train"},
      paramLabel = "N",
      defaultValue = "200",
      description = "Number of training videos (default: ${DEFAULT-VALUE}).")
  private int train;

  @Option(
      names = "--val",
      paramLabel = "N",
      defaultValue = "40",
      description = "Number of validation videos (default: ${DEFAULT-VALUE}).")
  private int val;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "8",
      description = "Frames of each video (default: ${DEFAULT-VALUE}).")
  private int frames;

  @Option(
      names = "--size",
      paramLabel = "N",
      defaultValue = "48",
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
    MovingShapesConfig config = config();
    boolean written = MovingShapes.write(out, config);
    PrintWriter lines = spec.commandLine().getOut();
    json.report(
        lines,
        () ->
            lines.printf(
                "%s: %d training and %d validation videos of %d frames of %d x %d pixels, seed %d%s%n",
                out, train, val, frames, size, size, seed, written ? "" : " (were there already)"),
        () ->
            JsonLines.object(
                g -> {
                  g.writeStringField("folder", out.toString());
                  g.writeNumberField("train", train);
                  g.writeNumberField("val", val);
                  g.writeNumberField("frames", frames);
                  g.writeNumberField("size", size);
                  g.writeNumberField("seed", seed);
                  g.writeBooleanField("written", written);
                }));
  }

  private MovingShapesConfig config() {
    try {
      return new MovingShapesConfig(seed, train, val, frames, size);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
