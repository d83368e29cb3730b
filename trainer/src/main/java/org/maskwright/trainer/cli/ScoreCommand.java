package org.maskwright.trainer.cli;

import java.nio.file.Path;
import java.util.List;
import org.maskwright.datasets.folder.ClassFile;
import org.maskwright.datasets.metrics.ClassTable;
import org.maskwright.datasets.metrics.InstanceFiles;
import org.maskwright.datasets.metrics.InstanceFiles.DetectionArea;
import org.maskwright.datasets.metrics.IouType;
import org.maskwright.datasets.metrics.MetricJson;
import org.maskwright.datasets.metrics.MetricTables;
import org.maskwright.datasets.metrics.PanopticEvaluator.Overlap;
import org.maskwright.datasets.metrics.PanopticFiles;
import org.maskwright.datasets.metrics.SemanticEvaluator;
import org.maskwright.datasets.metrics.SemanticFiles;
import org.maskwright.datasets.metrics.SemanticProtocol;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code maskwright score}: the official metrics on anyone's files. */
@Command(
    name = "score",
    description = "Evaluate predictions in the official file formats; equal to the official tools.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = ScoreVideoCommand.class)
final class ScoreCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "a command is missing: expected " + String.join(", ", spec.subcommands().keySet()));
  }

  @Command(
      name = "instances",
      description = "COCO AP and AR of instances by mask, box or boundary.")
  void instances(
      @Mixin JsonFiles files,
      @Option(
              names = "--iou",
              defaultValue = "segm",
              description = "segm, bbox or boundary (default: ${DEFAULT-VALUE}).")
          IouType iou,
      @Option(names = "--area-from-bbox", description = AREA_FROM_BBOX) boolean areaFromBox,
      @Mixin JsonOption json) {
    var scored = InstanceFiles.coco(files.truth, files.predictions, iou, area(areaFromBox));
    Terminal.warn(spec, scored.warnings());
    ClassTable classes = ClassTable.coco(scored);
    json.print(
        spec,
        MetricTables.coco(scored.metrics().all()) + classes.text(),
        MetricJson.coco(scored.metrics(), classes));
  }

  @Command(name = "lvis", description = "LVIS AP and AR of instances by mask or box.")
  void lvis(
      @Mixin JsonFiles files,
      @Option(
              names = "--iou",
              defaultValue = "segm",
              description = "segm or bbox (default: ${DEFAULT-VALUE}).")
          IouType iou,
      @Option(names = "--area-from-bbox", description = AREA_FROM_BBOX) boolean areaFromBox,
      @Mixin JsonOption json) {
    if (iou == IouType.BOUNDARY) {
      throw new ParameterException(spec.commandLine(), "--iou: expected segm or bbox for LVIS");
    }
    var scored = InstanceFiles.lvis(files.truth, files.predictions, iou, area(areaFromBox));
    Terminal.warn(spec, scored.warnings());
    ClassTable classes = ClassTable.lvis(scored);
    json.print(
        spec,
        MetricTables.lvis(scored.metrics().all()) + classes.text(),
        MetricJson.lvis(scored.metrics(), classes));
  }

  @Command(name = "panoptic", description = "COCO panoptic quality: PQ, SQ, RQ.")
  void panoptic(
      @Mixin JsonFiles files,
      @Mixin Folders folders,
      @Option(
              names = "--iou",
              defaultValue = "segm",
              description = "segm or boundary (default: ${DEFAULT-VALUE}).")
          IouType iou,
      @Mixin JsonOption json) {
    Overlap overlap =
        switch (iou) {
          case SEGM -> Overlap.SEGMENT;
          case BOUNDARY -> Overlap.BOUNDARY;
          case BBOX ->
              throw new ParameterException(
                  spec.commandLine(), "--iou: expected segm or boundary for panoptic quality");
        };
    var scored =
        PanopticFiles.scored(
            files.truth, folders.truth, files.predictions, folders.predictions, overlap);
    Terminal.warn(spec, scored.warnings());
    ClassTable classes = ClassTable.panoptic(scored);
    json.print(
        spec,
        MetricTables.panoptic(scored.metrics()) + classes.text(),
        MetricJson.panoptic(scored.metrics(), classes));
  }

  @Command(name = "semantic", description = "IoU and accuracy of semantic label maps.")
  void semantic(
      @Mixin Folders folders,
      @Option(
              names = "--classes",
              paramLabel = "K|FILE",
              required = true,
              description =
                  "Number of classes; labels are 0 to K-1. Or a file of their names, one a line."
                      + " Of a number the names are those of classes.txt in --gt-dir or above it, if it has as many.")
          String classes,
      @Option(
              names = "--ignore",
              paramLabel = "LABEL",
              defaultValue = "255",
              description = "Ground-truth label that does not count (default: ${DEFAULT-VALUE}).")
          int ignore,
      @Option(
              names = "--reduce-zero-label",
              description =
                  "The ground truth's 0 does not count and 1 to K are the classes 0 to K-1;"
                      + " predictions hold 0 to K-1.")
          boolean reduceZeroLabel,
      @Option(
              names = "--protocol",
              defaultValue = "detectron2",
              description = {
                "What the mean is over (default: ${DEFAULT-VALUE}).",
                "detectron2: classes with ground truth.",
                "ade20k: all classes, absent ones 0; files hold 0 for other and 1 to K.",
                "cityscapes: classes with ground truth or predictions; with --classes 34 files hold"
                    + " Cityscapes' label ids."
              })
          SemanticProtocol protocol,
      @Mixin JsonOption json) {
    List<String> names = names(classes, folders.truth);
    int count = names.isEmpty() ? Integer.parseInt(classes) : names.size();
    if (count < 1 || count > SemanticEvaluator.MAX_CLASSES) {
      throw new ParameterException(
          spec.commandLine(),
          "--classes: expected 1 to " + SemanticEvaluator.MAX_CLASSES + ", got " + count);
    }
    var labels =
        reduceZeroLabel ? SemanticFiles.Labels.REDUCE_ZERO : SemanticFiles.Labels.AS_STORED;
    var metrics =
        SemanticFiles.evaluate(
            folders.truth,
            folders.predictions,
            count,
            ignore,
            labels,
            protocol,
            warning -> Terminal.warn(spec, List.of(warning)));
    json.print(spec, MetricTables.semantic(metrics, names), MetricJson.semantic(metrics, names));
  }

  /** The names that a file gives, or that are known of a number of classes. */
  private static List<String> names(String classes, Path truth) {
    return classes.matches("-?\\d{1,9}")
        ? SemanticFiles.names(truth, Integer.parseInt(classes))
        : ClassFile.read(Path.of(classes)).names();
  }

  private static final String AREA_FROM_BBOX =
      "Size classes of detections by the area of their bbox, if the first result has one: what"
          + " pycocotools does with masks and boxes in one file.";

  /** {@code --gt} and {@code --pred}. */
  static final class JsonFiles {
    @Option(names = "--gt", paramLabel = "JSON", required = true, description = "Ground truth.")
    private Path truth;

    @Option(names = "--pred", paramLabel = "JSON", required = true, description = "Predictions.")
    private Path predictions;
  }

  /** {@code --gt-dir} and {@code --pred-dir}. */
  static final class Folders {
    @Option(
        names = "--gt-dir",
        paramLabel = "DIR",
        required = true,
        description = "PNGs of the ground truth.")
    private Path truth;

    @Option(
        names = "--pred-dir",
        paramLabel = "DIR",
        required = true,
        description = "PNGs of the predictions.")
    private Path predictions;
  }

  private static DetectionArea area(boolean fromBox) {
    return fromBox ? DetectionArea.BBOX : DetectionArea.MASK;
  }
}
