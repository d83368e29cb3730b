package org.maskwright.modelzoo.pixeldecoder;

import java.util.Optional;
import java.util.OptionalInt;
import org.maskwright.modelzoo.part.Part;
import org.maskwright.modelzoo.weights.StateDict;

/** A kind of pixel decoder; its settings implement {@link PixelDecoderConfig}. */
public interface PixelDecoderPart extends Part {
  /** What the names of a pixel decoder's weights start with. */
  String PREFIX = "sem_seg_head.pixel_decoder.";

  /**
   * The settings that weights show, with published values for what they do not show.
   *
   * @param state under Maskwright's names, which start with {@link #PREFIX}
   * @param heads attention heads of the model, where weights do not show them
   * @return empty if they are of another kind of pixel decoder
   * @throws org.maskwright.modelzoo.weights.CheckpointException if they contradict themselves
   */
  default Optional<PixelDecoderConfig> deduce(StateDict state, int heads) {
    return Optional.empty();
  }

  /** The heads that weights show; empty if they show none or are of another kind. */
  default OptionalInt heads(StateDict state) {
    return OptionalInt.empty();
  }

  /**
   * Widths of a model.
   *
   * @param hidden of pixel decoder and mask decoder
   * @param mask of mask features
   */
  record Widths(int hidden, int mask) {}

  /** The widths that weights with this pixel decoder show. */
  default Widths widths(StateDict state) {
    String features = PREFIX + "mask_features.weight";
    return new Widths(state.size(features, 1), state.size(features, 0));
  }

  /** To what multiple the published models with it pad images. */
  default int sizeDivisibility() {
    return 32;
  }
}
