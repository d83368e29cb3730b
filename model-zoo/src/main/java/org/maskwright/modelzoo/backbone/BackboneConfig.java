package org.maskwright.modelzoo.backbone;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.StateDict;
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

  /**
   * Of the weights of a relative, tensors that are to be made for this backbone, such as a table of
   * positions for images of another size.
   *
   * @param state under Maskwright's names
   * @return what they become, by name
   */
  default Map<String, HostTensor> fitted(StateDict state) {
    return Map.of();
  }

  /**
   * Side in pixels of the square images that all its models see, smaller ones padded to it; empty
   * where there is no such.
   */
  default OptionalInt imageSide() {
    return OptionalInt.empty();
  }

  /**
   * Side in pixels of the two pictures, one above the other, of the canvases that it takes; empty
   * if it takes single pictures.
   */
  default OptionalInt canvasPicture() {
    return OptionalInt.empty();
  }

  /** Its layers, where a layer-wise decay of the learning rate can tell some apart. */
  default Optional<LayerNumbers> layers() {
    return Optional.empty();
  }

  /**
   * Channels of the tokens whose last blocks are left to a mask decoder; empty if it gives maps.
   */
  default OptionalInt tokenWidth() {
    return OptionalInt.empty();
  }

  /** Channels of its map where it gives only one; empty if it gives four, or tokens. */
  default OptionalInt mapWidth() {
    return OptionalInt.empty();
  }

  /** Whether it is a transformer that gives {@link Backbone#patchEncoder}. */
  default boolean hidesPatches() {
    return false;
  }

  /**
   * Side in pixels of the pictures that its way to a space of words was trained with, where
   * positions show it; empty without such a way, or without positions.
   */
  default OptionalInt wordSide() {
    return OptionalInt.empty();
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
