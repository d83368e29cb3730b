package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.prompt.AutoMaskFiles;
import org.maskwright.trainer.prompt.AutoMaskSettings;
import org.maskwright.trainer.run.Console;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright auto-mask}: all masks of photographs, without prompts. */
@Command(
    name = "auto-mask",
    description = {
      "Divide photographs into masks with a model of prompts (Segment Anything), without anybody's prompts: of each SA-1B's JSON (NAME.json) and an overlay picture (NAME.png), of all COCO's instances (instances.json).",
      "Options, defaults and order of the masks are those of Segment Anything's automatic mask generator."
    })
final class AutoMaskCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "A model folder whose decoder is prompts.")
  private Path model;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGE",
      description =
          "Photographs, folders of them, whose sub-folders are kept, or lists: text files (.txt) with one of these on a line.")
  private List<Path> images;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder for the results.")
  private Path out;

  @Option(
      names = "--points-per-side",
      paramLabel = "N",
      defaultValue = "32",
      description = "Points along a side of the picture (default: ${DEFAULT-VALUE}).")
  private int pointsPerSide;

  @Option(
      names = "--points-per-batch",
      paramLabel = "N",
      defaultValue = "64",
      description =
          "Points that the model answers at once; more is faster and takes memory (default: ${DEFAULT-VALUE}).")
  private int pointsPerBatch;

  @Option(
      names = "--pred-iou-thresh",
      paramLabel = "X",
      defaultValue = "0.88",
      description =
          "Leave out masks whose IoU the model expects to be no more (default: ${DEFAULT-VALUE}; 0: none).")
  private double predIouThresh;

  @Option(
      names = "--stability-score-thresh",
      paramLabel = "X",
      defaultValue = "0.95",
      description =
          "Leave out masks that change more with the threshold: with a lower stability (default: ${DEFAULT-VALUE}; 0: none).")
  private double stabilityScoreThresh;

  @Option(
      names = "--stability-score-offset",
      paramLabel = "X",
      defaultValue = "1.0",
      description =
          "Logits by which the threshold is moved up and down to measure stability (default: ${DEFAULT-VALUE}).")
  private double stabilityScoreOffset;

  @Option(
      names = "--box-nms-thresh",
      paramLabel = "X",
      defaultValue = "0.7",
      description =
          "Of two masks whose boxes overlap by a larger IoU the surer one stays (default: ${DEFAULT-VALUE}).")
  private double boxNmsThresh;

  @Option(
      names = "--crop-n-layers",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Look at crops too: 2 x 2 of them, then 4 x 4, ... (default: ${DEFAULT-VALUE}, none).")
  private int cropNLayers;

  @Option(
      names = "--crop-nms-thresh",
      paramLabel = "X",
      defaultValue = "0.7",
      description = "As --box-nms-thresh, of masks of different crops (default: ${DEFAULT-VALUE}).")
  private double cropNmsThresh;

  @Option(
      names = "--crop-overlap-ratio",
      paramLabel = "X",
      description =
          "How far crops of the first layer overlap, as a share of the short side (default: 512/1500).")
  private Double cropOverlapRatio;

  @Option(
      names = "--crop-n-points-downscale-factor",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "In layer i there are fewer points a side by this to the power i (default: ${DEFAULT-VALUE}).")
  private int cropNPointsDownscaleFactor;

  @Option(
      names = "--min-mask-region-area",
      paramLabel = "PX",
      defaultValue = "0",
      description =
          "Fill holes and remove islands of fewer pixels (default: ${DEFAULT-VALUE}, none).")
  private int minMaskRegionArea;

  @Mixin private EngineMixin engine;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    AutoMaskFiles masks = new AutoMaskFiles(model, settings());
    List<Photographs.Photograph> photographs = Photographs.find(images);
    OutputFolder folder = OutputFolder.open(out);
    AutoMaskFiles.Written written;
    try (Console console = Terminal.console(spec);
        Engine opened = engine.open()) {
      written =
          masks.write(
              opened,
              photographs,
              folder,
              (done, of, name) -> console.progress("masks", done, of, name));
      written.broken().forEach(e -> console.line("skipped: " + e.getMessage()));
    }
    report(written);
    if (!written.broken().isEmpty()) {
      throw written.broken().get(0);
    }
    return ExitCode.OK.code();
  }

  private AutoMaskSettings settings() {
    return OptionWish.of(
        spec,
        () ->
            new AutoMaskSettings(
                pointsPerSide,
                pointsPerBatch,
                predIouThresh,
                stabilityScoreThresh,
                stabilityScoreOffset,
                boxNmsThresh,
                cropNLayers,
                cropNmsThresh,
                cropOverlapRatio == null
                    ? AutoMaskSettings.DEFAULT.cropOverlapRatio()
                    : cropOverlapRatio,
                cropNPointsDownscaleFactor,
                minMaskRegionArea));
  }

  private void report(AutoMaskFiles.Written written) {
    PrintWriter writer = spec.commandLine().getOut();
    int pictures = written.pictures().size();
    json.report(
        writer,
        () ->
            writer.printf(
                "%d photograph%s, %d masks: pictures and JSON in %s%n",
                pictures, pictures == 1 ? "" : "s", written.masks(), out),
        () ->
            JsonLines.object(
                g -> {
                  g.writeNumberField("photographs", pictures);
                  g.writeNumberField("masks", written.masks());
                  g.writeStringField("instances", out.resolve(AutoMaskFiles.INSTANCES).toString());
                }));
  }
}
