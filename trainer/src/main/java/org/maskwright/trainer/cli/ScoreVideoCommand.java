package org.maskwright.trainer.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.maskwright.datasets.metrics.ClassTable;
import org.maskwright.datasets.metrics.CocoMetrics;
import org.maskwright.datasets.metrics.MetricJson;
import org.maskwright.datasets.metrics.MetricTables;
import org.maskwright.datasets.metrics.Scored;
import org.maskwright.datasets.video.Davis;
import org.maskwright.datasets.videometrics.DavisFiles;
import org.maskwright.datasets.videometrics.DavisFiles.Protocol;
import org.maskwright.datasets.videometrics.DavisScores;
import org.maskwright.datasets.videometrics.MotsFiles;
import org.maskwright.datasets.videometrics.MotsScores;
import org.maskwright.datasets.videometrics.PanopticVideoFiles;
import org.maskwright.datasets.videometrics.StqEvaluator;
import org.maskwright.datasets.videometrics.TubeFiles;
import org.maskwright.datasets.videometrics.VideoMetricJson;
import org.maskwright.datasets.videometrics.VideoMetricText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code maskwright score video}: the official metrics of videos on anyone's files. */
@Command(
    name = "video",
    description = {
      "Metrics of videos, equal to the official tools.",
      "ytvis: YouTube-VIS' AP and AR of tracks, two JSON files (OVIS too).",
      "davis: DAVIS' J and F, two folders with a folder of PNGs for each sequence.",
      "vpq: video panoptic quality; stq: segmentation and tracking quality: a JSON file as VIPSeg has and a folder of PNGs on each side.",
      "mots: HOTA, sMOTSA, MOTSA and identity switches, two texts or folders of texts, one a sequence."
    })
final class ScoreVideoCommand implements Callable<Integer> {
  private enum Kind {
    YTVIS,
    DAVIS,
    VPQ,
    STQ,
    MOTS
  }

  @Option(
      names = "--kind",
      required = true,
      paramLabel = "KIND",
      description = "ytvis, davis, vpq, stq or mots.")
  private Kind kind;

  @Option(
      names = "--gt",
      required = true,
      paramLabel = "PATH",
      description = "Ground truth: a JSON file, a folder or a text, as the kind has it.")
  private Path truth;

  @Option(
      names = "--pred",
      required = true,
      paramLabel = "PATH",
      description = "Predictions, likewise; of vpq and stq also the folder that holds pred.json.")
  private Path predictions;

  @Option(
      names = "--gt-dir",
      paramLabel = "DIR",
      description = "vpq, stq: folder of the truth's PNGs, DIR/VIDEO/FRAME.png.")
  private Optional<Path> truthFolder = Optional.empty();

  @Option(
      names = "--pred-dir",
      paramLabel = "DIR",
      description =
          "vpq, stq: folder of the predicted PNGs (default: pan_pred beside the predictions).")
  private Optional<Path> predictedFolder = Optional.empty();

  @Option(
      names = "--windows",
      split = ",",
      paramLabel = "K",
      description = "vpq: numbers of frames (default: 1,2,3,4; VIPSeg reports 1,2,4,6).")
  private List<Integer> windows = List.of();

  @Option(
      names = "--unsupervised",
      description =
          "davis: up to 20 tracks under any numbers, all frames, without void (default: the objects of the first frame are given).")
  private boolean unsupervised;

  @Option(
      names = "--sequences",
      paramLabel = "TXT",
      description = "davis: the sequences that count, one a line (default: all of the truth).")
  private Optional<Path> sequences = Optional.empty();

  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    check();
    switch (kind) {
      case YTVIS -> ytvis();
      case DAVIS -> davis();
      case VPQ -> vpq();
      case STQ -> stq();
      case MOTS -> mots();
    }
    return ExitCode.OK.code();
  }

  /** Options of another kind are a mistake. */
  private void check() {
    boolean panoptic = kind == Kind.VPQ || kind == Kind.STQ;
    refuse(!panoptic && truthFolder.isPresent(), "--gt-dir", "vpq or stq");
    refuse(!panoptic && predictedFolder.isPresent(), "--pred-dir", "vpq or stq");
    refuse(kind != Kind.VPQ && !windows.isEmpty(), "--windows", "vpq");
    refuse(kind != Kind.DAVIS && unsupervised, "--unsupervised", "davis");
    refuse(kind != Kind.DAVIS && sequences.isPresent(), "--sequences", "davis");
    for (int k : windows) {
      if (k < 1) {
        throw new ParameterException(
            spec.commandLine(), "--windows: expected at least 1 frame, got " + k);
      }
    }
    if (panoptic && truthFolder.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--gt-dir: expected the folder of the truth's PNGs, got none");
    }
  }

  private void refuse(boolean given, String option, String kinds) {
    if (given) {
      throw new ParameterException(spec.commandLine(), option + ": for --kind " + kinds + " only");
    }
  }

  private void ytvis() {
    Scored<CocoMetrics> scored = TubeFiles.score(truth, predictions);
    Terminal.warn(spec, scored.warnings());
    ClassTable classes = ClassTable.coco(scored);
    json.print(
        spec,
        MetricTables.coco(scored.metrics().all()) + classes.text("videos", "tracks"),
        MetricJson.coco(scored.metrics(), classes));
  }

  private void davis() {
    List<String> names = sequences.map(Davis::sequences).orElse(List.of());
    Protocol protocol = unsupervised ? Protocol.UNSUPERVISED : Protocol.SEMI_SUPERVISED;
    DavisScores scores = DavisFiles.score(truth, predictions, protocol, names);
    json.print(spec, VideoMetricText.davis(scores), VideoMetricJson.davis(scores));
  }

  private void vpq() {
    PanopticVideoFiles files = panoptic();
    var quality = files.quality(windows.isEmpty() ? PanopticVideoFiles.WINDOWS : windows);
    Terminal.warn(spec, files.warnings());
    json.print(spec, VideoMetricText.vpq(quality), VideoMetricJson.vpq(quality));
  }

  private void stq() {
    PanopticVideoFiles files = panoptic();
    StqEvaluator evaluator = files.trackingQuality();
    Terminal.warn(spec, files.warnings());
    json.print(spec, VideoMetricText.stq(evaluator), VideoMetricJson.stq(evaluator));
  }

  private PanopticVideoFiles panoptic() {
    Path predicted =
        Files.isDirectory(predictions) ? predictions.resolve("pred.json") : predictions;
    Path beside = predicted.toAbsolutePath().getParent().resolve("pan_pred");
    return new PanopticVideoFiles(
        truth, truthFolder.orElseThrow(), predicted, predictedFolder.orElse(beside));
  }

  private void mots() {
    MotsScores scores = MotsFiles.score(truth, predictions);
    Terminal.warn(spec, scores.warnings());
    json.print(spec, VideoMetricText.mots(scores), VideoMetricJson.mots(scores));
  }
}
