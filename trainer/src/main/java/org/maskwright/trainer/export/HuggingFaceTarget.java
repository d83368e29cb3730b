package org.maskwright.trainer.export;

import java.util.List;
import java.util.Map;
import org.maskwright.datasets.Channels;
import org.maskwright.modelzoo.family.HuggingFaceFolder;
import org.maskwright.modelzoo.family.HuggingFaceSettings;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TrainedLoss;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.output.OutputFolder;

/** A folder of Hugging Face Transformers. */
public final class HuggingFaceTarget implements ExportTarget {
  @Override
  public String name() {
    return "hf";
  }

  @Override
  public String meaning() {
    return "a Hugging Face folder (config.json, preprocessor_config.json, model.safetensors), for"
        + " ResNet, Swin, EoMT and Segment Anything";
  }

  @Override
  public Exported write(ExportRequest request) {
    request.wishes().requireNone(name());
    OutputFolder.requireEmpty(request.out());
    ModelFile file = request.file();
    requireColours(file);
    StateDict state = request.weights();
    HuggingFaceFolder.write(request.out(), file.model(), settings(file), state);
    Map<String, Object> loss = knownLoss(file, state);
    return request.exported(state, List.of(describe(loss)), Map.of("lossKnown", !loss.isEmpty()));
  }

  /** Transformers' image processors tell channels from rows by there being one or three. */
  private static void requireColours(ModelFile file) {
    int channels = file.channels().count();
    if (channels != Channels.RGB.count()) {
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

  private static String describe(Map<String, Object> loss) {
    return loss.isEmpty()
        ? "loss: not that of a training here that Transformers knows too; config.json leaves it to"
            + " the defaults there"
        : "loss: as trained here, " + loss;
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
