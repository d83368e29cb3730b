package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.incontext.ExampleFiles;
import org.maskwright.trainer.incontext.ExamplePredictor;
import org.maskwright.trainer.incontext.ExampleVideo;
import org.maskwright.trainer.incontext.GivenExample;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.run.Console;
import org.maskwright.trainer.video.VideoModel;
import org.maskwright.trainer.video.VideoPrediction;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code predict} of a model that answers by examples: its options, and what it does. */
final class ExampleMixin {
  @Option(
      names = "--example",
      arity = "2",
      paramLabel = "FILE",
      description =
          "Of a model that answers by examples (SegGPT): a photograph, then a mask of it (PNG, 0 where nothing is marked, 255 or a label for each class elsewhere); what is marked is found in IMAGE. Several times for several examples of the same.")
  private List<Path> examples = List.of();

  @Option(
      names = "--first-mask",
      paramLabel = "FILE",
      description =
          "In place of --example, of one --video: a mask of its first frame, of that size; the labels are the tracks.")
  private Optional<Path> firstMask = Optional.empty();

  @Option(
      names = "--memory",
      paramLabel = "K",
      description =
          "With --video and --example or --first-mask: the last K frames and what was found in them are shown to the model too, 0 to 64 (default: 8).")
  private Optional<Integer> memory = Optional.empty();

  @Option(
      names = "--spatial",
      paramLabel = "N",
      description =
          "With --example: puts N x N examples into one picture, each N times smaller (default: 1).")
  private int grid = 1;

  /** Options of {@code predict --video} that mean nothing where examples are shown. */
  private static final List<String> OF_PHOTOGRAPHS =
      PromptMixin.OTHERS.stream()
          .filter(name -> !List.of("--video", "--overlay", "--fps", "--format").contains(name))
          .toList();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Whether examples are given. */
  boolean given() {
    return !examples.isEmpty() || firstMask.isPresent() || memory.isPresent() || grid != 1;
  }

  /**
   * Answers about photographs.
   *
   * @throws ParameterException if examples and other options are not such as can be answered
   */
  int predict(Path model, List<Path> images, Path out, EngineMixin engine, JsonOption json) {
    OptionWish.none(spec, PromptMixin.OTHERS, "a model that answers by examples");
    if (firstMask.isPresent() || memory.isPresent()) {
      throw refused("--first-mask and --memory are of videos: expected --video VIDEO");
    }
    requireAnswers(model);
    requireExamples(model);
    if (images.isEmpty()) {
      throw refused("expected photographs (IMAGE) in which to find what the examples show");
    }
    List<GivenExample> given = read();
    List<Photograph> photographs = Photographs.find(images);
    OutputFolder folder = OutputFolder.open(out);
    List<Path> written;
    try (Console console = Terminal.console(spec);
        Engine opened = engine.open();
        ExamplePredictor predictor =
            OptionWish.of(spec, () -> ExamplePredictor.open(opened, model, given, grid))) {
      written =
          ExampleFiles.write(
              predictor,
              photographs,
              folder,
              (done, of, last) -> console.progress("predicting", done, of, last.name()));
    }
    PrintWriter lines = spec.commandLine().getOut();
    json.report(
        lines,
        () ->
            lines.printf(
                "%d photograph%s: pictures, labels and JSON in %s%n",
                written.size(), written.size() == 1 ? "" : "s", out),
        () -> JsonLines.strings(written.stream().map(Path::toString).toList()));
    return ExitCode.OK.code();
  }

  /**
   * What answers about videos.
   *
   * @throws ParameterException as of {@link #predict}
   */
  VideoModel video(Path model) {
    OptionWish.none(spec, OF_PHOTOGRAPHS, "a model that answers by examples");
    requireAnswers(model);
    int frames = memory.orElse(ExampleVideo.USUAL_MEMORY);
    if (firstMask.isPresent()) {
      OptionWish.none(spec, List.of("--example", "--spatial"), "--first-mask");
      return OptionWish.of(spec, () -> ExampleVideo.byFirstFrame(model, firstMask.get(), frames));
    }
    requireExamples(model);
    List<GivenExample> given = read();
    return OptionWish.of(spec, () -> ExampleVideo.byExamples(model, given, frames, grid));
  }

  /** Whether the videos' tracks begin with a mask, which is of one. */
  void requireOneVideo(VideoPrediction prediction) {
    if (firstMask.isPresent() && prediction.videos() > 1) {
      throw refused(
          "--first-mask: expected one --video, whose first frame it is of, got %d; give each in a call of its own"
              .formatted(prediction.videos()));
    }
  }

  /** Whether a model has an example of its own, so that none need be given. */
  static boolean isLearnt(Path model) {
    return Files.isRegularFile(model.resolve(ModelFolder.SETTINGS))
        && ModelFolder.describe(model).model().decoder().hasOwnExample();
  }

  private void requireExamples(Path model) {
    if (examples.isEmpty() && (grid != 1 || !isLearnt(model))) {
      throw refused(
          "--spatial and --memory: expected --example IMAGE MASK too, or a model that has learnt an example");
    }
  }

  private void requireAnswers(Path model) {
    if (ModelFolder.decoder(model).filter(DecoderConfig::takesExamples).isEmpty()) {
      throw refused(
          "--example, --first-mask: expected a model folder that answers by examples (model.decoder.type = in-context, such as an imported SegGPT), got %s; leave them out"
              .formatted(model));
    }
  }

  private List<GivenExample> read() {
    List<GivenExample> given = new ArrayList<>();
    for (int i = 0; i < examples.size(); i += 2) {
      Path photograph = examples.get(i);
      Path mask = examples.get(i + 1);
      given.add(OptionWish.of(spec, () -> GivenExample.read(photograph, mask)));
    }
    return given;
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
