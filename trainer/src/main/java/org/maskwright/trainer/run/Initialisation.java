package org.maskwright.trainer.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.nn.BatchNorm;
import org.maskwright.engine.nn.GroupNorm;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.HuggingFaceFolder;
import org.maskwright.modelzoo.family.HuggingFaceSettings;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.LoadReport;
import org.maskwright.settings.Registry;
import org.maskwright.trainer.checkpoint.BackboneFile;
import org.maskwright.trainer.checkpoint.BackboneFolder;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.InitSettings;

/** Initial values from files, and what stays frozen. */
final class Initialisation {
  private Initialisation() {}

  /**
   * What a model takes over from its initial weights.
   *
   * @param normalization of the images they were trained on
   * @param licence what they may be used for, or empty
   */
  record Origin(Normalization normalization, String licence) {
    private static final Origin NONE = new Origin(Normalization.IMAGENET, "");

    private Origin with(Normalization other) {
      return new Origin(other, licence);
    }
  }

  /**
   * Loads initial values.
   *
   * @param asked what pixels are normalised with; empty: as the weights were trained
   * @throws ConfigException if that is of another number of channels than the model takes
   */
  static Origin apply(
      SegmentationModel model,
      InitSettings settings,
      Optional<Normalization> asked,
      Console console) {
    Origin origin = Origin.NONE;
    if (settings.backbone().isPresent()) {
      origin = load(model, settings.backbone().get(), LoadPolicy.backbone(), console);
    }
    if (settings.model().isPresent()) {
      origin = load(model, settings.model().get(), LoadPolicy.strict(), console);
    }
    if (asked.isPresent()) {
      return origin.with(asked.get());
    }
    if (origin.normalization().channels().count() != model.inputs()) {
      throw PixelSettings.unknown(model.inputs());
    }
    if (!origin.normalization().equals(Normalization.IMAGENET)) {
      console.line("images are normalised as for those weights: " + origin.normalization());
    }
    return origin;
  }

  /**
   * Loads any checkpoint that the zoo knows and says what happened to every key that did not simply
   * fit.
   */
  private static Origin load(
      SegmentationModel model, Path path, LoadPolicy policy, Console console) {
    if (Files.isRegularFile(folder(path).resolve(ModelFolder.SETTINGS))) {
      ModelFolder.verify(folder(path));
    }
    ImportedWeights weights = ModelFolder.imported(path);
    if (policy.scope() == LoadPolicy.Scope.BACKBONE) {
      requireSameKind(path, weights, model);
    }
    if (weights.family().isHuggingFace() && HuggingFaceFolder.of(path).isPresent()) {
      HuggingFaceFolder.requireComputedAs(path, model.config(), policy.scope());
    }
    LoadReport report = model.load(weights, policy);
    console.line("weights from " + path + ": " + report.toText());
    return origin(path, weights);
  }

  /** Weights of another kind of backbone have no name in common with the model's. */
  private static void requireSameKind(Path path, ImportedWeights weights, SegmentationModel model) {
    Set<String> names = weights.state().keys();
    boolean same =
        model.state().keySet().stream()
            .filter(key -> key.startsWith("backbone."))
            .anyMatch(names::contains);
    if (same || weights.suffixMatching()) {
      return;
    }
    Registry<BackbonePart> kinds = Registry.of(BackbonePart.class);
    String held = kinds.of(DeducedArchitecture.of(weights.state()).backbone()).name();
    String wanted = kinds.of(model.config().backbone()).name();
    if (!held.equals(wanted)) {
      throw new CheckpointException(
          path,
          "expected weights of %s, as model.backbone.type says, got %s; set model.backbone.type = %s, or name a model with it by --model"
              .formatted(wanted, held, held));
    }
  }

  private static Path folder(Path path) {
    return Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
  }

  /** As the settings beside the weights say, Maskwright's or Hugging Face's. */
  private static Origin origin(Path path, ImportedWeights weights) {
    Path folder = folder(path);
    if (Files.isRegularFile(folder.resolve(ModelFolder.SETTINGS))) {
      ModelFile file = ModelFolder.describe(folder);
      return new Origin(file.normalization(), file.licence());
    }
    if (BackboneFolder.isOne(folder)) {
      BackboneFile file = BackboneFolder.describe(folder);
      return new Origin(file.normalization(), file.licence());
    }
    Normalization normalization =
        (weights.family().isHuggingFace()
                ? HuggingFaceFolder.of(path)
                : Optional.<HuggingFaceSettings>empty())
            .map(ModelFile::normalization)
            .orElse(BackboneFile.normalization(weights.family()));
    return new Origin(normalization, weights.provenance().licence());
  }

  /**
   * Leaves of the backbone what is to learn.
   *
   * @throws ConfigException if nothing of it would
   */
  static void trainOnly(SegmentationModel model, InitSettings.TrainOnly what) {
    if (what == InitSettings.TrainOnly.ALL) {
      return;
    }
    Set<Parameter> learning = Collections.newSetFromMap(new IdentityHashMap<>());
    model
        .backbone()
        .forEachModule(
            (name, module) -> {
              if (module instanceof BatchNorm
                  || module instanceof LayerNorm
                  || module instanceof GroupNorm) {
                learning.addAll(module.ownParameters().values());
              }
            });
    if (learning.isEmpty()) {
      throw new ConfigException(
          "init.train-only: expected a backbone with normalisations that learn, got none; set its norm = batch, such as model.backbone.resnet.norm = batch");
    }
    model
        .backbone()
        .parameters()
        .values()
        .forEach(p -> p.setTrainable(p.isTrainable() && learning.contains(p)));
  }

  /** Freezes every parameter whose name starts with one of the prefixes. */
  static void freeze(Module model, List<String> prefixes) {
    Map<String, Parameter> parameters = model.parameters();
    for (String prefix : prefixes) {
      List<Parameter> hit =
          parameters.entrySet().stream()
              .filter(e -> e.getKey().startsWith(prefix))
              .map(Map.Entry::getValue)
              .toList();
      if (hit.isEmpty()) {
        throw new ConfigException(
            "init.freeze: no parameter starts with '"
                + prefix
                + "'; names are like "
                + parameters.keySet().iterator().next());
      }
      hit.forEach(p -> p.setTrainable(false));
    }
  }
}
