package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.trainer.export.ExportRequest;
import org.maskwright.trainer.export.ExportTarget;
import org.maskwright.trainer.export.ExportTargets;
import org.maskwright.trainer.export.ExportWishes;
import org.maskwright.trainer.export.Exported;
import org.maskwright.trainer.export.Int8Wishes;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright export}: a Maskwright model folder becomes a file of another ecosystem. */
@Command(
    name = "export",
    description = {
      "Write a Maskwright model for another tool. hf: a Hugging Face folder (config.json,"
          + " preprocessor_config.json, model.safetensors), for ResNet, Swin and EoMT. official:"
          + " model_final.pth with the keys of the official implementation (detectron2's, EoMT's)."
          + " onnx: a file for onnxruntime and others, of any model, run and compared with the"
          + " model before it counts."
    })
final class ExportCommand implements Runnable {
  @Parameters(paramLabel = "DIR", description = "Maskwright model folder.")
  private Path folder;

  @Option(
      names = "--to",
      paramLabel = "TARGET",
      required = true,
      completionCandidates = Targets.class,
      description = "What to write: ${COMPLETION-CANDIDATES}.")
  private String target;

  @Option(
      names = "--out",
      paramLabel = "PATH",
      required = true,
      description =
          "Folder to make, missing or empty; with --to onnx the name of the file, which is not"
              + " there yet.")
  private Path out;

  @Option(
      names = "--size",
      paramLabel = "HxW",
      description =
          "onnx: height and width of the input in pixels, or dynamic, where the model has no table"
              + " of positions (default: a square of the model's short edge).")
  private Optional<String> size = Optional.empty();

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "onnx: images of an input, or dynamic (default: 1).")
  private Optional<String> batch = Optional.empty();

  @Option(
      names = "--half",
      description = "onnx: weights as float16 numbers, half the file; computed with in float32.")
  private boolean half;

  @Option(
      names = "--with",
      paramLabel = "postprocess",
      description =
          "onnx: results in place of logits: labels of the pixels, and the best instances with"
              + " their masks.")
  private Optional<String> with = Optional.empty();

  @Option(
      names = "--picture",
      paramLabel = "IMAGE",
      description =
          "onnx: the photograph on which the file is compared with the model (default: a drawn"
              + " scene).")
  private Optional<Path> picture = Optional.empty();

  @ArgGroup(exclusive = false)
  private Int8 int8;

  @Mixin private EngineMixin engine;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    Optional<Int8Wishes> bytes = checked("", () -> Optional.ofNullable(int8).flatMap(Int8::wishes));
    ExportWishes wishes =
        new ExportWishes(size, batch, half, bytes, with, picture, engine.options());
    ExportTarget chosen = checked("to: ", () -> ExportTargets.get(target));
    ExportRequest request = new ExportRequest(folder, out, wishes);
    Exported exported = checked("", () -> chosen.write(request));
    PrintWriter lines = spec.commandLine().getOut();
    json.report(
        lines,
        () -> exported.lines().forEach(lines::println),
        () ->
            JsonLines.object(
                g -> {
                  g.writeStringField("folder", out.toString());
                  g.writeStringField("to", chosen.name());
                  for (var fact : exported.facts().entrySet()) {
                    g.writeFieldName(fact.getKey());
                    g.writeObject(fact.getValue());
                  }
                }));
  }

  /** The message of a wish that cannot be begins with its name, which is that of the option. */
  private <T> T checked(String option, Supplier<T> wish) {
    try {
      return wish.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + option + e.getMessage(), e);
    }
  }

  /** Options that go together. */
  private static final class Int8 {
    @Option(
        names = "--int8",
        required = true,
        description =
            "onnx: weights and activations as bytes where that saves time; refused where the metric on"
                + " the run's data.val loses more than --most-loss.")
    private boolean chosen;

    @Option(
        names = "--calibrate",
        paramLabel = "PATH",
        required = true,
        description =
            "With --int8: photographs such as the model will see (a folder, a list, or one), a few"
                + " dozen or more.")
    private Path pictures;

    @Option(
        names = "--most-loss",
        paramLabel = "POINTS",
        defaultValue = "1",
        description =
            "With --int8: points of the run's metric (eval.best) that may be lost (default:"
                + " ${DEFAULT-VALUE}).")
    private double mostLoss;

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description =
            "With --int8: configuration with data.val and eval (default: the run's config.conf).")
    private Path config;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "0",
        description = "With --int8: measure on at most N pictures; 0 = all.")
    private int limit;

    Optional<Int8Wishes> wishes() {
      return chosen
          ? Optional.of(new Int8Wishes(pictures, mostLoss, Optional.ofNullable(config), limit))
          : Optional.empty();
    }
  }

  /** What {@code --to} may be, for the help. */
  private static final class Targets implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ExportTargets.names().iterator();
    }
  }
}
