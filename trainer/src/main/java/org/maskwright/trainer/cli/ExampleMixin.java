package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.incontext.ExampleFiles;
import org.maskwright.trainer.incontext.ExamplePredictor;
import org.maskwright.trainer.incontext.GivenExample;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.run.Console;
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
      names = "--spatial",
      paramLabel = "N",
      description =
          "With --example: puts N x N examples into one picture, each N times smaller (default: 1).")
  private int grid = 1;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Whether examples are given. */
  boolean given() {
    return !examples.isEmpty() || grid != 1;
  }

  /**
   * Answers about photographs.
   *
   * @throws ParameterException if examples and other options are not such as can be answered
   */
  int predict(Path model, List<Path> images, Path out, EngineMixin engine, JsonOption json) {
    OptionWish.none(spec, PromptMixin.OTHERS, "--example");
    if (examples.isEmpty()) {
      throw refused("--spatial: expected --example IMAGE MASK too");
    }
    boolean onnx = !Files.isDirectory(model) && model.toString().endsWith(".onnx");
    if (onnx || !ModelFolder.describe(model).model().decoder().takesExamples()) {
      throw refused(
          "--example: expected a model folder that answers by examples (model.decoder.type = in-context, such as an imported SegGPT), got %s; leave it out"
              .formatted(model));
    }
    if (images.isEmpty()) {
      throw refused("expected photographs (IMAGE) in which to find what the examples show");
    }
    List<GivenExample> given = new ArrayList<>();
    for (int i = 0; i < examples.size(); i += 2) {
      Path photograph = examples.get(i);
      Path mask = examples.get(i + 1);
      given.add(OptionWish.of(spec, () -> GivenExample.read(photograph, mask)));
    }
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

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
