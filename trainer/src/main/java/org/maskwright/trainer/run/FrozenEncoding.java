package org.maskwright.trainer.run;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.files.Sha256;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.encoder.FeatureStore;
import org.maskwright.modelzoo.encoder.Fingerprint;
import org.maskwright.modelzoo.encoder.FrozenEncoder;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.checkpoint.EncoderFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.checkpoint.ParameterState;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.FrozenEncoderSettings;
import org.maskwright.trainer.config.InitSettings;

/**
 * A run's frozen encoder: what of the model it is, where it came from, and the features that are
 * kept of it. The rest is the head, which alone learns and is written.
 */
final class FrozenEncoding implements AutoCloseable {
  private static final int SHORT = 16;

  private final EncoderFile file;
  private final Map<String, Parameter> head;
  private final FeatureStore store;

  private FrozenEncoding(EncoderFile file, Map<String, Parameter> head, FeatureStore store) {
    this.file = file;
    this.head = head;
    this.store = store;
  }

  /**
   * @throws ConfigException if an encoder is to stay as it is that would be random
   */
  static void require(InitSettings settings) {
    if (settings.frozenEncoder().isFrozen()
        && settings.model().isEmpty()
        && settings.backbone().isEmpty()) {
      throw new ConfigException(
          "init: expected init.backbone or init.model, trained weights for the encoder that"
              + " init.frozen-encoder.type keeps as it is, got neither");
    }
  }

  /**
   * Freezes the encoder of a model that has its initial weights, where the settings say so.
   *
   * @param lines for the user
   * @throws CheckpointException if the encoder could not be found again
   */
  static Optional<FrozenEncoding> of(
      InitSettings settings, SegmentationModel model, Consumer<String> lines) {
    FrozenEncoderSettings frozen = settings.frozenEncoder();
    if (!frozen.isFrozen()) {
      return Optional.empty();
    }
    Map<String, Parameter> encoder = model.encoderState();
    encoder.values().forEach(p -> p.setTrainable(false));
    String fingerprint = Fingerprint.of(ParameterState.view(encoder));
    Path given = settings.model().or(settings::backbone).orElseThrow();
    Path source = ModelFolder.encoderSource(given, model, fingerprint).toAbsolutePath().normalize();
    Map<String, Parameter> head = new LinkedHashMap<>(model.state());
    head.keySet().removeAll(encoder.keySet());
    FeatureStore store =
        frozen.open(model.engine(), name(model, fingerprint).substring(0, SHORT), lines);
    model.encodeBy(new FrozenEncoder(model.backbone(), store)::encode);
    lines.accept(
        "encoder: frozen, %.2f of the %.2f million parameters, from %s (fingerprint %s...); %s"
            .formatted(
                encoder.values().stream().mapToLong(Parameter::numel).sum() / 1e6,
                model.state().values().stream().mapToLong(Parameter::numel).sum() / 1e6,
                source,
                fingerprint.substring(0, SHORT),
                frozen.inWords()));
    return Optional.of(
        new FrozenEncoding(new EncoderFile(source.toString(), fingerprint), head, store));
  }

  /** Weights alone do not say all of how features are computed. */
  private static String name(SegmentationModel model, String fingerprint) {
    Engine engine = model.engine();
    String all =
        String.join(
            "\n",
            fingerprint,
            model.config().backbone().toString(),
            engine.backendName(),
            engine.device().toString(),
            engine.precision().toString());
    MessageDigest digest = Sha256.start();
    digest.update(all.getBytes(StandardCharsets.UTF_8));
    return Sha256.hex(digest);
  }

  /** What names the encoder in a folder of the head. */
  EncoderFile file() {
    return file;
  }

  /** What learns, and buffers beside it, by the model's names. */
  Map<String, Parameter> head() {
    return head;
  }

  /**
   * Refuses a checkpoint on another encoder than this one.
   *
   * @throws CheckpointException naming both
   */
  void requireSame(Path folder) {
    Optional<EncoderFile> other = ModelFolder.encoder(folder);
    if (!other.map(EncoderFile::fingerprint).equals(Optional.of(file.fingerprint()))) {
      throw new CheckpointException(
          folder,
          "expected a head on the encoder %s with the fingerprint %s, as init says, got %s; put the encoder back that the run began with"
              .formatted(
                  file.source(),
                  file.fingerprint(),
                  other
                      .map(e -> "one on %s with %s".formatted(e.source(), e.fingerprint()))
                      .orElse("a whole model")));
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
