package org.maskwright.modelzoo.backbone;

import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.settings.VariantsOf;

/** Describes a backbone: the settings record of a {@link BackbonePart}. */
@VariantsOf(BackbonePart.class)
public interface BackboneConfig {
  /**
   * The backbone with fresh initial values.
   *
   * @param inputs channels of the pictures: 3 of colours
   */
  Backbone build(Engine engine, int inputs);

  /** Stride of the finest of its four maps; each further one has twice the stride. */
  default int finestStride() {
    return 4;
  }

  /**
   * Side in pixels of the patches that an image is cut into: images are padded to a multiple of it.
   * 1 where there are none.
   */
  default int patch() {
    return 1;
  }

  /**
   * To what multiple images are padded.
   *
   * @param usual in models with this pixel decoder
   */
  default int sizeDivisibility(int usual) {
    return usual % patch() == 0 ? usual : 2 * patch();
  }

  /** What weights do not show of how it computes, such as where strides sit. */
  default Optional<Record> unseen() {
    return Optional.empty();
  }

  /** The same network, computing as another one's {@link #unseen} says, if it can. */
  default BackboneConfig withUnseen(Record unseen) {
    return this;
  }

  /** What speaks against training it from random values, and what to do; empty if nothing. */
  default Optional<String> cautionWithoutWeights() {
    return Optional.empty();
  }
}
