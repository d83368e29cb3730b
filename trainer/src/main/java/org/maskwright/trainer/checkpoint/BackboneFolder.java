package org.maskwright.trainer.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.LoadReport;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.WeightMatcher;
import org.maskwright.settings.Registry;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.EngineSettings;
import org.maskwright.trainer.config.SettingsWriter;

/**
 * A trained backbone on disk, from which a training of any model around it starts ({@code
 * init.backbone}): {@code model.safetensors} under Maskwright's names and {@code backbone.conf},
 * which says the architecture, how its images were normalised and the licence.
 *
 * <p>Differs from a {@link ModelFolder} in that it has no classes and predicts nothing.
 */
public final class BackboneFolder {
  /** A {@link BackboneFile}. */
  public static final String SETTINGS = "backbone.conf";

  private static final String PREFIX = "backbone.";

  private BackboneFolder() {}

  /** Whether a folder is one. */
  public static boolean isOne(Path folder) {
    return Files.isRegularFile(folder.resolve(SETTINGS));
  }

  /**
   * Writes one, with {@code import.txt} beside it.
   *
   * @param folder made if it is missing
   * @param weights of a backbone, or of more, which is left out
   * @param backbone what they are of, as {@code DeducedArchitecture} says
   * @return what became of each key of the file
   * @throws CheckpointException if they do not fit it; nothing is written then
   */
  public static LoadReport write(Path folder, ImportedWeights weights, BackboneConfig backbone) {
    BackboneFile file =
        BackboneFile.of(
            backbone, BackboneFile.normalization(weights.family()), weights.provenance().licence());
    return write(folder, weights, file);
  }

  /**
   * As {@link #write(Path, ImportedWeights, BackboneConfig)}, where more is known of the weights.
   *
   * @param file what they are of
   */
  public static LoadReport write(Path folder, ImportedWeights weights, BackboneFile file) {
    BackboneConfig backbone = file.backbone();
    WeightMatcher.Matched matched =
        WeightMatcher.match(weights, shapes(backbone, inputs(file)), LoadPolicy.backbone());
    LoadReport report = matched.report();
    StateDict state = matched.weights();
    if (!report.reinitialised().isEmpty()) {
      state = overFreshValues(backbone, state);
    }
    Safetensors.write(
        folder.resolve(ModelFolder.WEIGHTS), state.withMetadata(weights.state().metadata()));
    ImportText.write(folder, weights.provenance(), report, List.of());
    OutputFile.writeDurably(folder.resolve(SETTINGS), SettingsWriter.render(file));
    return report;
  }

  private static int inputs(BackboneFile file) {
    return file.normalization().channels().count();
  }

  private static Map<String, long[]> shapes(BackboneConfig config, int inputs) {
    try (Engine engine = Engine.shapesOnly();
        Backbone backbone = SegmentationModels.backbone(engine, config, inputs)) {
      Map<String, long[]> shapes = new LinkedHashMap<>();
      backbone.state().forEach((name, p) -> shapes.put(PREFIX + name, p.shape()));
      return shapes;
    }
  }

  /** A new backbone's values wherever the file has none. */
  private static StateDict overFreshValues(BackboneConfig config, StateDict state) {
    try (Engine engine = EngineSettings.open(EngineOptions.DEFAULT);
        Backbone backbone = SegmentationModels.backbone(engine, config)) {
      Map<String, HostTensor> values = new LinkedHashMap<>();
      for (Map.Entry<String, Parameter> entry : backbone.state().entrySet()) {
        Parameter p = entry.getValue();
        values.put(PREFIX + entry.getKey(), HostTensor.ofFloats(p.tensor().toFloats(), p.shape()));
      }
      values.putAll(state.asMap());
      return StateDict.of(values);
    }
  }

  /**
   * What is known of the backbone of weights: of a backbone's folder or a model's; empty of others.
   */
  public static Optional<BackboneFile> of(Path weights) {
    if (isOne(weights)) {
      return Optional.of(describe(weights));
    }
    if (!Files.isRegularFile(weights.resolve(ModelFolder.SETTINGS))) {
      return Optional.empty();
    }
    ModelFile model = ModelFolder.describe(weights);
    return Optional.of(
        BackboneFile.of(model.model().backbone(), model.normalization(), model.licence()));
  }

  /**
   * Reads {@code backbone.conf}.
   *
   * @throws CheckpointException if the folder has none, or it does not describe a backbone
   */
  public static BackboneFile describe(Path folder) {
    Path settings = folder.resolve(SETTINGS);
    if (!isOne(folder)) {
      throw new CheckpointException(
          folder
              + ": expected a backbone's folder, found no "
              + SETTINGS
              + "; see maskwright import");
    }
    try {
      return ConfigFile.loadData(settings, List.of()).bind(BackboneFile.class);
    } catch (ConfigException e) {
      String message = e.getMessage(); // most name the file, with the line
      throw new CheckpointException(
          message.contains(SETTINGS) ? message : settings + ": " + message, e);
    }
  }

  /**
   * Reads the weights, with what backbone.conf says beyond them.
   *
   * @throws CheckpointException as {@link #describe}, and if the weights are damaged
   */
  public static ImportedWeights weights(Path folder) {
    BackboneConfig backbone = describe(folder).backbone();
    ImportedWeights weights = WeightImport.read(folder).withUnseen(backbone.unseen());
    BackbonePart part = Registry.of(BackbonePart.class).of(backbone);
    return weights.withFamily(weights.family().withFresh(part.added()));
  }
}
