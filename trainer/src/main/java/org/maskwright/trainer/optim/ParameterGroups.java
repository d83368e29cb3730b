package org.maskwright.trainer.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.nn.BatchNorm;
import org.maskwright.engine.nn.Embedding;
import org.maskwright.engine.nn.GroupNorm;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.backbone.LayerNumbers;

/**
 * Learning-rate factor and weight decay of each parameter, by rule.
 *
 * <p><b>Source</b> the Mask2Former recipe: names with {@code backbone} learn slower, the more so
 * with a {@link LayerDecay} the nearer to the input they are; normalisation layers, embeddings,
 * relative position tables and absolute position embeddings do not decay; biases of other layers
 * and bare parameters do.
 */
final class ParameterGroups {
  /**
   * A parameter with its hyper-parameters.
   *
   * @param name full name in the model
   * @param ofBackbone whether the schedule's factor is that of the backbone
   * @param lrFactor factor on the learning rate
   * @param weightDecay decoupled decay
   */
  record Entry(
      String name, Parameter parameter, boolean ofBackbone, double lrFactor, double weightDecay) {}

  private ParameterGroups() {}

  /** The trainable parameters of a model, in order of registration. */
  static List<Entry> of(Module model, OptimizerSettings settings) {
    List<Entry> out = new ArrayList<>();
    Map<String, LayerNumbers> layers = layers(model);
    model.forEachModule(
        (prefix, module) -> {
          boolean noDecay =
              module instanceof LayerNorm
                  || module instanceof GroupNorm
                  || module instanceof BatchNorm
                  || module instanceof Embedding;
          module
              .ownParameters()
              .forEach(
                  (name, parameter) -> {
                    if (parameter.isTrainable()) {
                      String full = prefix.isEmpty() ? name : prefix + "." + name;
                      boolean table =
                          name.equals("relative_position_bias_table")
                              || name.equals("absolute_pos_embed");
                      out.add(
                          new Entry(
                              full,
                              parameter,
                              isOfBackbone(full),
                              isOfBackbone(full)
                                  ? settings.backboneMultiplier()
                                      * decay(full, layers, settings.layerDecay())
                                  : 1,
                              noDecay || table
                                  ? settings.weightDecayNorm()
                                  : settings.weightDecay()));
                    }
                  });
        });
    return out;
  }

  private static boolean isOfBackbone(String name) {
    return name.contains("backbone");
  }

  /** By what the names of the parameters of each backbone with layers start with. */
  private static Map<String, LayerNumbers> layers(Module model) {
    Map<String, LayerNumbers> out = new LinkedHashMap<>();
    model.forEachModule(
        (prefix, module) -> {
          if (module instanceof SegmentationModel segmentation) {
            String backbone = prefix.isEmpty() ? "backbone." : prefix + ".backbone.";
            segmentation.config().backbone().layers().ifPresent(l -> out.put(backbone, l));
          }
        });
    return out;
  }

  private static double decay(String name, Map<String, LayerNumbers> layers, LayerDecay decay) {
    return layers.entrySet().stream()
        .filter(entry -> name.startsWith(entry.getKey()))
        .findFirst()
        .map(entry -> decay.of(name.substring(entry.getKey().length()), entry.getValue()))
        .orElse(1.0);
  }
}
