package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.maskwright.modelzoo.BackboneConfig;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.HuggingFaceFolder;
import org.maskwright.modelzoo.weights.HuggingFaceSettings;
import org.maskwright.modelzoo.weights.Provenance;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TorchZipWriter;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright export}: a Maskwright model folder becomes a file of another ecosystem. */
@Command(
    name = "export",
    description = {
      "Write a Maskwright model for another tool. hf: a Hugging Face folder (config.json,"
          + " preprocessor_config.json, model.safetensors), for ResNet and Swin. official:"
          + " model_final.pth with the keys of the official detectron2 implementation."
    })
final class ExportCommand implements Runnable {
  private enum Target {
    HF,
    OFFICIAL
  }

  @Parameters(paramLabel = "DIR", description = "Maskwright model folder.")
  private Path folder;

  @Option(
      names = "--to",
      paramLabel = "hf|official",
      required = true,
      description = "Whose files to write.")
  private Target target;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder to make; missing or empty.")
  private Path out;

  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    OutputFolder.check(spec, out);
    ModelFile file = ModelFolder.describe(folder);
    Path weights = folder.resolve(ModelFolder.WEIGHTS);
    StateDict state = withOrigin(ModelFolder.weights(folder), file, weights);
    switch (target) {
      case HF -> HuggingFaceFolder.write(out, file.model(), settings(file), state);
      case OFFICIAL -> TorchZipWriter.write(out.resolve("model_final.pth"), state);
    }
    PrintWriter lines = spec.commandLine().getOut();
    json.report(
        lines,
        () -> lines.printf("%s: %d tensors, licence: %s%n", out, state.size(), file.licence()),
        () ->
            JsonLines.object(
                g -> {
                  g.writeStringField("folder", out.toString());
                  g.writeStringField("to", target.name().toLowerCase(Locale.ROOT));
                  g.writeNumberField("tensors", state.size());
                  g.writeStringField("licence", file.licence());
                }));
  }

  /** An exported file names its origin and its licence, also for a model trained here. */
  private static StateDict withOrigin(StateDict state, ModelFile file, Path weights) {
    if (Provenance.from(state.metadata()).isPresent()) {
      return state;
    }
    Provenance origin =
        new Provenance(
            String.valueOf(weights.getFileName()),
            Provenance.sha256(List.of(weights)),
            "safetensors",
            "Maskwright",
            "",
            file.licence());
    return state.withMetadata(origin.toMetadata());
  }

  private static HuggingFaceSettings settings(ModelFile file) {
    return new HuggingFaceSettings(
        file.classes().stream().map(ClassSpace.Entry::name).toList(),
        file.model().decoder().heads(),
        file.shortEdge(),
        file.maxSize(),
        file.mean(),
        file.std(),
        file.model().backbone() instanceof BackboneConfig.Resnet resnet
            ? resnet.geometry()
            : BackboneConfig.Geometry.TORCHVISION);
  }
}
