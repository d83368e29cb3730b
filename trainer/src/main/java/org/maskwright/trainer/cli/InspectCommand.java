package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.ModelSummary;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Names;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright inspect}: looks into models. */
@Command(
    name = "inspect",
    subcommands = InspectGradientsCommand.class,
    description =
        "Parts, parameters, shapes and operations of a model; its raw outputs on a tensor; the"
            + " gradients of a step.",
    synopsisSubcommandLabel = "COMMAND")
final class InspectCommand implements Runnable {
  private static final int COLOURS = 3;
  private static final double MILLION = 1e6;
  private static final double BILLION = 1e9;
  private static final String PIXELS = "pixel_values";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing: expected model, models, outputs or gradients");
  }

  private record Described(ModelConfig config, int inputs, int classes) {}

  @Command(
      name = "model",
      description =
          "Print parts, shapes, parameters and operations (multiply-adds of inference on one"
              + " image).")
  void model(
      @Parameters(
              paramLabel = "MODEL",
              description = "A model folder, a configuration file, or a name of the zoo.")
          String what,
      @Option(
              names = "--size",
              paramLabel = "HxW",
              defaultValue = "800x1333",
              description = "Size of the image (default: ${DEFAULT-VALUE}).")
          String size,
      @Option(
              names = "--classes",
              paramLabel = "K",
              defaultValue = "133",
              description = "Classes where MODEL does not say (default: ${DEFAULT-VALUE}).")
          int classes,
      @Mixin JsonOption json) {
    Described described = describe(what, classes);
    int[] sides = sides(size);
    ModelSummary summary =
        ModelSummary.of(
            described.config(), described.inputs(), described.classes(), sides[0], sides[1]);
    PrintWriter out = spec.commandLine().getOut();
    String channels = described.inputs() == 1 ? "1 channel" : described.inputs() + " channels";
    String title =
        "%s, %d classes, %dx%d, %s"
            .formatted(what, described.classes(), sides[0], sides[1], channels);
    json.report(out, () -> print(title, summary, out), () -> toJson(described.inputs(), summary));
  }

  private static void print(String title, ModelSummary summary, PrintWriter out) {
    out.println(title);
    for (ModelSummary.Part part : summary.parts()) {
      out.printf(
          Locale.ROOT,
          "%-28s %8.2f M parameters (%.2f M trained) %9.2f G multiply-adds  %s%n",
          part.name(),
          part.parameters() / MILLION,
          part.trainable() / MILLION,
          part.multiplyAdds() / BILLION,
          String.join(" ", part.outputs()));
    }
    out.printf(
        Locale.ROOT,
        "%-28s %,d parameters, %.2f G multiply-adds%n",
        "total",
        summary.parameters(),
        summary.multiplyAdds() / BILLION);
  }

  @Command(name = "models", description = "Print the names of the zoo.")
  void models(@Mixin JsonOption json) {
    PrintWriter out = spec.commandLine().getOut();
    List<String> names = List.copyOf(Variants.names());
    json.report(out, () -> names.forEach(out::println), () -> JsonLines.strings(names));
  }

  private Described describe(String what, int classes) {
    if (Variants.names().contains(what)) {
      return new Described(Variants.get(what), COLOURS, classes);
    }
    Path path = Path.of(what);
    if (Files.isDirectory(path)) {
      ModelFile file = ModelFolder.describe(path);
      if (Files.exists(path.resolve(ModelFolder.WEIGHTS))) {
        ModelFolder.weights(path); // refuses a broken model before its shape is told
      }
      return new Described(file.model(), file.channels().count(), file.classes().size());
    }
    if (!Files.exists(path)) {
      throw new ParameterException(
          spec.commandLine(),
          what
              + ": expected a model folder, a configuration file, or one of "
              + String.join(", ", Variants.names())
              + Names.meant(what, Variants.names()));
    }
    RunSettings run = ConfigFile.load(path, List.of()).bind(RunSettings.class);
    return new Described(run.model(), run.data().channels(), classes);
  }

  private int[] sides(String size) {
    String[] parts = size.toLowerCase(Locale.ROOT).split("x", -1);
    try {
      int height = Integer.parseInt(parts[0]);
      int width = parts.length == 1 ? height : Integer.parseInt(parts[1]);
      if (parts.length <= 2 && height > 0 && width > 0) {
        return new int[] {height, width};
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw new ParameterException(
        spec.commandLine(), "--size: expected HEIGHTxWIDTH such as 800x1333, got " + size);
  }

  private static String toJson(int inputs, ModelSummary summary) {
    return JsonLines.object(
        g -> {
          g.writeNumberField("channels", inputs);
          g.writeNumberField("parameters", summary.parameters());
          g.writeNumberField("multiply_adds", summary.multiplyAdds());
          if (summary.classLogits().isPresent()) {
            g.writeStringField("class_logits", summary.classLogits().get());
          }
          g.writeStringField("mask_logits", summary.maskLogits());
          g.writeArrayFieldStart("parts");
          for (ModelSummary.Part part : summary.parts()) {
            g.writeStartObject();
            g.writeStringField("name", part.name());
            g.writeNumberField("parameters", part.parameters());
            g.writeNumberField("trainable", part.trainable());
            g.writeNumberField("multiply_adds", part.multiplyAdds());
            g.writeEndObject();
          }
          g.writeEndArray();
        });
  }

  @Command(
      name = "outputs",
      description = {
        "Write what a model gives for a tensor: class_logits [B,Q,K+1], mask_logits [B,Q,h,w] and,"
            + " for the layer i before the last, aux_class_logits.i and aux_mask_logits.i. The"
            + " tensor is not padded."
      })
  void outputs(
      @Parameters(paramLabel = "DIR", description = "A model folder.") Path folder,
      @Option(
              names = "--input",
              required = true,
              paramLabel = "FILE",
              description = "safetensors with pixel_values [B,C,H,W], float32, already normalised.")
          Path input,
      @Option(
              names = "--out",
              required = true,
              paramLabel = "FILE",
              description = "safetensors to write.")
          Path output,
      @Mixin EngineMixin engineOptions,
      @Mixin JsonOption json) {
    ModelFolder.describe(folder).requireOwnOutputs(folder);
    HostTensor pixels = Safetensors.read(input).get(PIXELS);
    if (pixels.rank() != 4 || pixels.elementCount() == 0) {
      throw new CheckpointException(
          input, PIXELS + ": expected [B,C,H,W] with at least one pixel, got " + pixels);
    }
    Map<String, HostTensor> out = new LinkedHashMap<>();
    try (Engine engine = engineOptions.open();
        SegmentationModel model = ModelFolder.open(engine, folder);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Outputs predictions =
          model.forwardUnpadded(engine.floats(pixels.toFloatArray(), pixels.shape()));
      out.put("class_logits", host(predictions.classLogits()));
      out.put("mask_logits", host(predictions.imageMaskLogits()));
      for (int i = 0; i < predictions.auxiliary().size(); i++) {
        out.put("aux_class_logits." + i, host(predictions.auxiliary().get(i).classLogits()));
        out.put("aux_mask_logits." + i, host(predictions.auxiliary().get(i).imageMaskLogits()));
      }
      Safetensors.write(output, StateDict.of(out));
      spec.commandLine().getErr().println(engine.description());
    }
    PrintWriter lines = spec.commandLine().getOut();
    json.report(
        lines,
        () -> out.forEach((name, value) -> lines.println(name + " " + value)),
        () ->
            JsonLines.object(
                g -> {
                  for (Map.Entry<String, HostTensor> e : out.entrySet()) {
                    g.writeStringField(e.getKey(), e.getValue().toString());
                  }
                }));
  }

  private static HostTensor host(Tensor tensor) {
    return HostTensor.ofFloats(tensor.cast(DType.FLOAT32).toFloats(), tensor.shape());
  }
}
