package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.maskwright.datasets.Channels;
import org.maskwright.modelzoo.family.HuggingFaceFolder;
import org.maskwright.modelzoo.family.HuggingFaceSettings;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.Provenance;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TorchZipWriter;
import org.maskwright.modelzoo.weights.TrainedLoss;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.output.OutputFolder;
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
          + " preprocessor_config.json, model.safetensors), for ResNet, Swin and EoMT. official:"
          + " model_final.pth with the keys of the official implementation (detectron2's, EoMT's)."
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
    OutputFolder.requireEmpty(out);
    ModelFile file = ModelFolder.describe(folder);
    requireTakes(target, file);
    Path weights = folder.resolve(ModelFolder.WEIGHTS);
    StateDict state = withOrigin(ModelFolder.weights(folder), file, weights);
    switch (target) {
      case HF -> HuggingFaceFolder.write(out, file.model(), settings(file), state);
      case OFFICIAL ->
          TorchZipWriter.write(
              out.resolve("model_final.pth"), KnownFamilies.official(file.model(), state));
    }
    PrintWriter lines = spec.commandLine().getOut();
    Map<String, Object> loss = target == Target.HF ? knownLoss(file, state) : Map.of();
    json.report(
        lines,
        () -> {
          lines.printf("%s: %d tensors, licence: %s%n", out, state.size(), file.licence());
          if (target == Target.HF) {
            lines.println(describeLoss(loss));
          }
        },
        () ->
            JsonLines.object(
                g -> {
                  g.writeStringField("folder", out.toString());
                  g.writeStringField("to", target.name().toLowerCase(Locale.ROOT));
                  g.writeNumberField("tensors", state.size());
                  g.writeStringField("licence", file.licence());
                  g.writeBooleanField("lossKnown", !loss.isEmpty());
                }));
  }

  /** Transformers' image processors tell channels from rows by there being one or three. */
  private static void requireTakes(Target target, ModelFile file) {
    int channels = file.channels().count();
    if (target == Target.HF && channels != Channels.RGB.count()) {
      throw new CheckpointException(
          "--to hf: expected a model of 3 channels, as Transformers' image processors take, got %d; --to official writes its weights"
              .formatted(channels));
    }
  }

  /** What config.json says of the loss that the weights were trained with. */
  private static Map<String, Object> knownLoss(ModelFile file, StateDict state) {
    return TrainedLoss.from(state.metadata())
        .map(loss -> HuggingFaceFolder.lossKeys(file.model(), loss))
        .orElse(Map.of());
  }

  private static String describeLoss(Map<String, Object> loss) {
    return loss.isEmpty()
        ? "loss: not that of a training here that Transformers knows too; config.json leaves it to"
            + " the defaults there"
        : "loss: as trained here, " + loss;
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
    Map<String, String> metadata = new TreeMap<>(state.metadata());
    metadata.putAll(origin.toMetadata());
    return state.withMetadata(metadata);
  }

  private static HuggingFaceSettings settings(ModelFile file) {
    return new HuggingFaceSettings(
        file.classes().stream().map(ClassSpace.Entry::name).toList(),
        file.shortEdge(),
        file.maxSize(),
        file.mean(),
        file.std());
  }
}
