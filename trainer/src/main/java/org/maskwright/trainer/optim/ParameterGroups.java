package org.maskwright.trainer.optim;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.nn.BatchNorm;
import org.maskwright.engine.nn.Embedding;
import org.maskwright.engine.nn.GroupNorm;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Parameter;

/**
 * Learning-rate factor and weight decay of each parameter, by rule.
 *
 * <p><b>Source</b> the Mask2Former recipe: names with {@code backbone} learn slower; normalisation
 * layers, embeddings, relative position tables and absolute position embeddings do not decay;
 * biases of other layers and bare parameters do.
 */
final class ParameterGroups {
  /**
   * A parameter with its hyper-parameters.
   *
   * @param name full name in the model
   * @param lrFactor factor on the learning rate
   * @param weightDecay decoupled decay
   */
  record Entry(String name, Parameter parameter, double lrFactor, double weightDecay) {}

  private ParameterGroups() {}

  /** The trainable parameters of a model, in order of registration. */
  static List<Entry> of(Module model, OptimizerSettings settings) {
    List<Entry> out = new ArrayList<>();
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
                              full.contains("backbone") ? settings.backboneMultiplier() : 1,
                              noDecay || table
                                  ? settings.weightDecayNorm()
                                  : settings.weightDecay()));
                    }
                  });
        });
    return out;
  }
}
