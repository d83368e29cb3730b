package org.maskwright.trainer.clip;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.pretext.CaptionDecoder;
import org.maskwright.modelzoo.pretext.CaptionPart;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.text.ClipText;
import org.maskwright.modelzoo.text.ClipTokenizer;
import org.maskwright.modelzoo.text.TextTransformer;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;

/** Text encoders that banks of words are made by: a published CLIP's, and those of own runs. */
public final class TextEncoders {
  private static final String PREFIX = DecoderPart.PREFIX + CaptionDecoder.TEXT + ".";
  private static final String SCALE = DecoderPart.PREFIX + CaptionDecoder.SCALE;

  private TextEncoders() {}

  /**
   * Reads a text encoder.
   *
   * @param path a model folder of the tasks clip and slip, such as a run's checkpoint; or what
   *     {@link ClipText#open} reads
   * @param activation for files of others that do not say it
   * @throws CheckpointException if there is no text encoder, or it is not whole
   */
  public static ClipText open(Engine engine, Path path, Optional<VitActivation> activation) {
    return Files.isRegularFile(path.resolve(ModelFolder.SETTINGS))
        ? own(engine, path, activation)
        : ClipText.open(engine, path, activation);
  }

  private static ClipText own(Engine engine, Path folder, Optional<VitActivation> activation) {
    ModelFile file = ModelFolder.describe(folder);
    if (!(file.model().decoder() instanceof CaptionPart.Settings settings)) {
      throw new CheckpointException(
          folder,
          "expected a model that was trained with captions (model.decoder.type = captions), which has a text encoder, got the decoder "
              + file.model().decoderName());
    }
    if (activation.isPresent() && activation.get() != settings.activation()) {
      throw new CheckpointException(
          folder,
          "its settings say %s, got %s; leave the activation out"
              .formatted(text(settings.activation()), text(activation.get())));
    }
    ClipTokenizer tokenizer = settings.tokenizer();
    StateDict state = ModelFolder.weights(folder);
    TextTransformer transformer =
        engine.construct(() -> new TextTransformer(engine, settings.sizes()));
    try {
      transformer
          .state()
          .forEach((name, parameter) -> parameter.set(state.get(PREFIX + name).floats()));
      Map<String, String> provenance = new LinkedHashMap<>();
      provenance.put("model", folder.toString());
      provenance.put("sha256", ModelFolder.sha256(folder));
      provenance.put("family", "captions, trained by Maskwright");
      provenance.put("licence", file.licence());
      provenance.put("tokenizer", tokenizer.source());
      provenance.put("activation", text(settings.activation()));
      return ClipText.of(
          tokenizer,
          transformer,
          Math.exp(state.get(SCALE).toDoubleArray()[0]),
          provenance);
    } catch (RuntimeException e) {
      transformer.close();
      throw e;
    }
  }

  private static String text(VitActivation activation) {
    return activation.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
