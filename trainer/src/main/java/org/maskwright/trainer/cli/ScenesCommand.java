package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.datasets.scenes.SceneClass;
import org.maskwright.datasets.scenes.SceneSheet;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code maskwright data scenes}: writes the synthetic data set of the quickstart. */
@Command(
    name = "scenes",
    description = {
      "Write Scenes: synthetic photographs with exact panoptic and instance annotations, in COCO's"
          + " layout. The same settings give the same bytes; a folder that holds them already is"
          + " left alone."
    })
final class ScenesCommand implements Runnable {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})[xX](\\d{1,5})");
  private static final int SHEET_SCENES = 12;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder to make: missing, empty, or with Scenes that are to be replaced.")
  private Path out;

  @Option(
      names = {"--images", "--train"},
      paramLabel = "N",
      defaultValue = "400",
      description = "Number of training images (default: ${DEFAULT-VALUE}).")
  private int train;

  @Option(
      names = "--val",
      paramLabel = "N",
      defaultValue = "60",
      description = "Number of validation images (default: ${DEFAULT-VALUE}).")
  private int val;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Any whole number (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--size",
      paramLabel = "WxH",
      defaultValue = "128x128",
      description = "Image size in pixels (default: ${DEFAULT-VALUE}).")
  private String size;

  @Option(
      names = "--max-things",
      paramLabel = "N",
      defaultValue = "6",
      description = "Largest number of things in an image (default: ${DEFAULT-VALUE}).")
  private int maxThings;

  @Option(
      names = "--held-out",
      paramLabel = "THING",
      split = ",",
      description =
          "Things that validation images show and no others, and training images do not, such as ring,starfish (default: all show all).")
  private List<SceneClass> heldOut = List.of();

  @Option(
      names = "--sheet",
      paramLabel = "PNG",
      description = "Also draw the first scenes and their annotations into one picture.")
  private Path sheet;

  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    ScenesConfig config = config();
    boolean written = Scenes.write(out, config);
    PrintWriter lines = spec.commandLine().getOut();
    if (sheet != null) {
      SceneSheet.draw(config, Math.min(train, SHEET_SCENES)).writePng(sheet);
    }
    json.report(lines, () -> print(lines, config, written), () -> toJson(config, written));
  }

  private void print(PrintWriter lines, ScenesConfig config, boolean written) {
    lines.printf(
        "%s: %d training and %d validation scenes of %d x %d pixels, seed %d%s%n",
        out,
        train,
        val,
        config.width(),
        config.height(),
        seed,
        written ? "" : " (were there already)");
    if (sheet != null) {
      lines.println(sheet);
    }
  }

  private String toJson(ScenesConfig config, boolean written) {
    return JsonLines.object(
        g -> {
          g.writeStringField("folder", out.toString());
          g.writeNumberField("train", train);
          g.writeNumberField("val", val);
          g.writeNumberField("width", config.width());
          g.writeNumberField("height", config.height());
          g.writeNumberField("seed", seed);
          g.writeBooleanField("written", written);
        });
  }

  private ScenesConfig config() {
    Matcher wanted = SIZE.matcher(size);
    if (!wanted.matches()) {
      throw new ParameterException(
          spec.commandLine(), "--size: expected WxH such as 160x128, got " + size);
    }
    try {
      return new ScenesConfig(
          seed,
          train,
          val,
          Integer.parseInt(wanted.group(1)),
          Integer.parseInt(wanted.group(2)),
          maxThings,
          Optional.of(heldOut).filter(held -> !held.isEmpty()));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
