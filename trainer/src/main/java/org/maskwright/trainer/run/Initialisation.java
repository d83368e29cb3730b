package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.WeightMatcher;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.InitSettings;

/** Initial values from files, and what stays frozen. */
final class Initialisation {
  private Initialisation() {}

  static void apply(SegmentationModel model, InitSettings settings, Console console) {
    settings.backbone().ifPresent(path -> load(model, path, LoadPolicy.backbone(), console));
    settings.model().ifPresent(path -> load(model, path, LoadPolicy.strict(), console));
  }

  /**
   * Loads any checkpoint that the zoo knows and says what happened to every key that did not simply
   * fit.
   */
  private static void load(SegmentationModel model, Path path, LoadPolicy policy, Console console) {
    Map<String, Parameter> state = model.state();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    state.forEach((name, p) -> shapes.put(name, p.shape()));
    ImportedWeights weights = ImportedWeights.read(path);
    weights.requireGeometryOf(model.config().backbone());
    WeightMatcher.Matched matched = WeightMatcher.match(weights, shapes, policy);
    Engine engine = model.engine();
    matched
        .weights()
        .asMap()
        .forEach(
            (name, tensor) -> {
              try (Scope scope = engine.scope()) {
                state.get(name).set(engine.floats(tensor.toFloatArray(), tensor.shape()));
              }
            });
    console.line("weights from " + path + ": " + matched.report().toText());
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
