package org.maskwright.trainer.optim;

import org.maskwright.modelzoo.backbone.LayerNumbers;
import org.maskwright.settings.Doc;

/**
 * Layer-wise decay of the learning rate: a layer of the backbone learns at {@code factor} times the
 * rate of the layer behind it, so that what was trained before changes the less the nearer to the
 * input it is. The last layer learns at the backbone's full rate.
 *
 * <p><b>Source</b> BEiT (arXiv 2106.08254), section 3.2; which parameter belongs to which layer is
 * the backbone's to say ({@link LayerNumbers})
 */
public record LayerDecay(
    @Doc(
            "Learning rate of a layer of the backbone as a share of that of the layer behind it, in (0,1]; 1 = all the same.")
        double factor,
    @Doc("So many of the last layers learn at the full rate in spite of it.") int spared) {
  /** All layers learn at one rate. */
  public static final LayerDecay NONE = new LayerDecay(1, 0);

  /** Checks the ranges. */
  public LayerDecay {
    OptimizerSettings.require(factor > 0 && factor <= 1, "factor", "in (0,1]", factor);
    OptimizerSettings.require(spared >= 0, "spared", "at least 0", spared);
  }

  /** Whether it changes nothing. */
  public boolean isNone() {
    return factor == 1;
  }

  /**
   * The share of the backbone's learning rate.
   *
   * @param parameter its name in the backbone
   */
  double of(String parameter, LayerNumbers layers) {
    int behind = layers.count() - 1 - layers.of(parameter);
    return behind < spared ? 1 : Math.pow(factor, behind);
  }
}
