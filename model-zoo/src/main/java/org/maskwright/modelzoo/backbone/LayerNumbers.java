package org.maskwright.modelzoo.backbone;

import java.util.function.ToIntFunction;

/**
 * The layers of a backbone, for learning rates that differ from layer to layer.
 *
 * @param count how many there are
 * @param number the layer of a parameter by its name in the backbone: from 0, nearest the input, to
 *     count - 1, to which also belongs what stands behind all layers
 */
public record LayerNumbers(int count, ToIntFunction<String> number) {
  /** The layer of a parameter. */
  public int of(String parameter) {
    return number.applyAsInt(parameter);
  }
}
