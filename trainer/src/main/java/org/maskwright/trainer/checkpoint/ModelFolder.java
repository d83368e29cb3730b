package org.maskwright.trainer.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.encoder.Fingerprint;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TrainedLoss;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.SettingsWriter;

/**
 * A model on disk: {@code model.safetensors} and {@code model.conf}, self-contained; or a head
 * alone, with {@code encoder.conf}, which says what frozen encoder it was trained on. Every
 * checkpoint of a run is one. The one place where a model is opened, whoever made it: model.conf
 * holds values alone, both files are what {@code SHA256SUMS} says where the folder has one, and
 * every weight is finite.
 *
 * <p><b>Cost</b> 2.5 ms a MiB for the checksum and 1 ms for the values, so half a second for 170
 * MiB.
 */
public final class ModelFolder {
  /** The weights, by the official parameter names. */
  public static final String WEIGHTS = "model.safetensors";

  /** A {@link ModelFile}. */
  public static final String SETTINGS = "model.conf";

  /** An {@link EncoderFile}, where the weights are those of a head alone. */
  public static final String ENCODER = "encoder.conf";

  /** Score thresholds that an evaluation found, where there are some. */
  public static final String THRESHOLDS = "thresholds.conf";

  private static final String CLASS_HEAD = "model.class-head";
  private static final String ONNX = ".onnx";

  private ModelFolder() {}

  /** Writes both files into an existing folder. */
  public static void write(Path folder, ModelFile file, SegmentationModel model) {
    write(folder, file, model, Optional.empty(), Optional.empty());
  }

  /**
   * Writes a model into an existing folder; the weights' metadata name the loss.
   *
   * @param frozen where its encoder is to be found again: then the weights are the head's alone
   */
  public static void write(
      Path folder,
      ModelFile file,
      SegmentationModel model,
      Optional<TrainedLoss> loss,
      Optional<EncoderFile> frozen) {
    OutputFile.writeDurably(folder.resolve(SETTINGS), SettingsWriter.render(file));
    Map<String, Parameter> written = new LinkedHashMap<>(model.state());
    if (frozen.isPresent()) {
      OutputFile.writeDurably(folder.resolve(ENCODER), SettingsWriter.render(frozen.get()));
      written.keySet().removeAll(model.encoderState().keySet());
    }
    StateDict state = ParameterState.view(written);
    Safetensors.write(
        folder.resolve(WEIGHTS),
        state.withMetadata(loss.map(TrainedLoss::toMetadata).orElse(state.metadata())));
  }

  /** Whether a path is that of an exported file in place of a folder. */
  public static boolean isExported(Path model) {
    return model.toString().endsWith(ONNX) && !Files.isDirectory(model);
  }

  /**
   * The mask decoder of a model; empty of an exported file.
   *
   * @throws CheckpointException as of {@link #describe}
   */
  public static Optional<DecoderConfig> decoder(Path model) {
    return isExported(model) ? Optional.empty() : Optional.of(describe(model).model().decoder());
  }

  /**
   * Reads {@code model.conf}.
   *
   * @throws CheckpointException if the folder holds no model, or model.conf does not describe one
   */
  public static ModelFile describe(Path folder) {
    Path settings = folder.resolve(SETTINGS);
    if (!Files.isRegularFile(settings) && BackboneFolder.isOne(folder)) {
      throw new CheckpointException(
          folder
              + ": expected a model folder, got a backbone alone, which predicts nothing yet; train"
              + " with init.backbone = "
              + folder);
    }
    if (!Files.isRegularFile(settings)) {
      throw new CheckpointException(
          folder
              + ": expected a model folder with "
              + SETTINGS
              + " and "
              + WEIGHTS
              + ", found no "
              + SETTINGS
              + "; for another checkpoint format use 'maskwright import' first");
    }
    try {
      ConfigFile written = ConfigFile.loadData(settings, List.of());
      boolean ours = Checksums.verifyIfListed(folder, List.of(SETTINGS));
      // Keys of a model that came after the version that wrote it make, by default, what it was. A
      // file without a checksum may be cut short: it lacks nothing but the section that came last.
      return written.completed(ours ? "model" : CLASS_HEAD).bind(ModelFile.class);
    } catch (ConfigException e) {
      String message = e.getMessage(); // most name the file, with the line
      throw new CheckpointException(
          message.contains(SETTINGS) ? message : settings + ": " + message, e);
    }
  }

  /**
   * Keeps the score thresholds that an evaluation of a model found, in place of earlier ones.
   *
   * @param byKind thresholds by the name of the kind of result
   * @param names of the classes as the thresholds have them: some of the model's, or in the order
   *     of the logits; the file has the model's own
   * @throws CheckpointException if the folder holds no model, or one of another number of classes
   *     without one of these names
   */
  public static void writeThresholds(
      Path folder, Map<String, ScoreThresholds> byKind, List<String> names) {
    List<String> own = classNames(folder);
    boolean byName = own.containsAll(names) || own.size() != names.size();
    if (byName && Collections.disjoint(own, names)) {
      throw new CheckpointException(
          folder, "thresholds of %d classes, the model has %d".formatted(names.size(), own.size()));
    }
    String text = SettingsWriter.render(ThresholdsFile.of(byKind, byName ? own : names, own));
    Checksums.addLater(folder, THRESHOLDS, text);
  }

  /**
   * The score thresholds of each kind of result that an evaluation found; empty if none is kept.
   *
   * @throws CheckpointException if they are not what was written, or not of the model's classes
   */
  public static Map<String, ScoreThresholds> thresholds(Path folder) {
    Path file = folder.resolve(THRESHOLDS);
    if (!Files.isRegularFile(file)) {
      return Map.of();
    }
    Checksums.verifyIfListed(folder, List.of(THRESHOLDS));
    try {
      return ConfigFile.loadData(file, List.of())
          .bind(ThresholdsFile.class)
          .byKind(classNames(folder));
    } catch (ConfigException | IllegalArgumentException e) {
      throw new CheckpointException(file, e.getMessage(), e);
    }
  }

  private static List<String> classNames(Path folder) {
    return describe(folder).classes().stream().map(ClassSpace.Entry::name).toList();
  }

  /**
   * What a folder with a head alone says of its encoder; empty if it holds a whole model.
   *
   * @throws CheckpointException if encoder.conf is not what was written, or names no encoder
   */
  public static Optional<EncoderFile> encoder(Path folder) {
    Path file = folder.resolve(ENCODER);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    Checksums.verifyIfListed(folder, List.of(ENCODER));
    try {
      return Optional.of(ConfigFile.loadData(file, List.of()).bind(EncoderFile.class));
    } catch (ConfigException e) {
      throw new CheckpointException(file, e.getMessage(), e);
    }
  }

  /**
   * Where the encoder of a model can be read again that was initialised from a file or folder:
   * there, or where the encoder of a head is.
   *
   * @param fingerprint of the encoder
   * @throws CheckpointException if what is read there is another
   */
  public static Path encoderSource(Path given, SegmentationModel model, String fingerprint) {
    Map<String, long[]> shapes = encoderShapes(model);
    Optional<EncoderFile> other = encoder(given);
    if (other.isPresent()) {
      return EncoderSearch.find(given, other.get(), model.config(), shapes).source();
    }
    String found = Fingerprint.of(EncoderSearch.read(given, model.config(), shapes));
    if (!found.equals(fingerprint)) {
      throw new CheckpointException(
          given,
          "expected the encoder that the model starts from, with the fingerprint %s, got %s"
              .formatted(fingerprint, found));
    }
    return given;
  }

  private static Map<String, long[]> encoderShapes(SegmentationModel model) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    model.encoderState().forEach((name, p) -> shapes.put(name, p.shape()));
    return shapes;
  }

  /**
   * Weights that a training can start from: of any file or folder that import knows, and of a head
   * with its encoder.
   *
   * @throws CheckpointException if they cannot be read
   */
  public static ImportedWeights imported(Path path) {
    if (BackboneFolder.isOne(path)) {
      return BackboneFolder.weights(path);
    }
    ImportedWeights weights = WeightImport.read(path);
    return encoder(path).isEmpty()
        ? weights
        : weights.withState(weights(path).withMetadata(weights.state().metadata()));
  }

  /**
   * Checks the files of a model against {@code SHA256SUMS}, where the folder has one.
   *
   * @throws CheckpointException if one is not what was written
   */
  public static void verify(Path folder) {
    Checksums.verifyIfListed(folder, List.of(SETTINGS, WEIGHTS));
    encoder(folder);
  }

  /**
   * Reads the weights; of a head those of its encoder too.
   *
   * @throws CheckpointException if they are not what was written, one is not finite, or the encoder
   *     is not found
   */
  public static StateDict weights(Path folder) {
    StateDict state = verified(folder);
    Optional<EncoderFile> encoder = encoder(folder);
    if (encoder.isPresent()) {
      ModelFile file = describe(folder);
      try (Engine engine = Engine.shapesOnly();
          SegmentationModel model = build(engine, file)) {
        state = joined(folder, encoder.get(), model, state);
      }
    }
    ParameterState.requireFinite(state, folder.resolve(WEIGHTS).toString());
    return state;
  }

  /**
   * What the file of the weights says of them; of a head of the head. No weight is read.
   *
   * @throws CheckpointException if the file cannot be read
   */
  public static Map<String, String> metadata(Path folder) {
    return Safetensors.read(folder.resolve(WEIGHTS)).metadata();
  }

  /**
   * SHA-256 of the file of the weights: as {@code SHA256SUMS} says, which opening the model checks,
   * or of the file itself where the folder has none.
   *
   * @throws CheckpointException if it cannot be read
   */
  public static String sha256(Path folder) {
    return Checksums.digest(folder, WEIGHTS);
  }

  private static StateDict joined(
      Path folder, EncoderFile encoder, SegmentationModel model, StateDict head) {
    Map<String, HostTensor> all = new LinkedHashMap<>();
    StateDict found =
        EncoderSearch.find(folder, encoder, model.config(), encoderShapes(model)).state();
    for (String name : model.state().keySet()) { // in the model's order, as of a whole one
      found.find(name).or(() -> head.find(name)).ifPresent(value -> all.put(name, value));
    }
    head.asMap().forEach(all::putIfAbsent);
    return StateDict.of(all).withMetadata(head.metadata());
  }

  private static SegmentationModel build(Engine engine, ModelFile file) {
    return SegmentationModels.build(
        engine, file.model(), file.channels().count(), file.classSpace());
  }

  private static StateDict verified(Path folder) {
    verify(folder);
    return Safetensors.read(folder.resolve(WEIGHTS));
  }

  /**
   * Overwrites a model's values with those of a folder, strictly.
   *
   * @throws CheckpointException if a key is missing, unexpected or of another shape, a value is not
   *     finite, or the files are not what was written; the model is unchanged then
   */
  public static void load(SegmentationModel model, Path folder) {
    StateDict state = verified(folder);
    Optional<EncoderFile> encoder = encoder(folder);
    if (encoder.isPresent()) {
      state = joined(folder, encoder.get(), model, state);
    }
    ParameterState.load(model.state(), state, folder.resolve(WEIGHTS).toString());
  }

  /**
   * Builds the model and loads its weights strictly.
   *
   * @throws CheckpointException as {@link #describe} and {@link #load}
   */
  public static SegmentationModel open(Engine engine, Path folder) {
    SegmentationModel model = build(engine, describe(folder));
    try {
      load(model, folder);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    return model;
  }
}
