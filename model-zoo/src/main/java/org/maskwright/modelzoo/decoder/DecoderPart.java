package org.maskwright.modelzoo.decoder;

import java.util.Optional;
import org.maskwright.modelzoo.part.Part;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.StateDict;

/** A kind of mask decoder; its settings implement {@link DecoderConfig}. */
public interface DecoderPart extends Part {
  /** What the names of a mask decoder's weights start with. */
  String PREFIX = "sem_seg_head.predictor.";

  /**
   * A decoder as weights show it.
   *
   * @param config with published values for what weights do not show
   * @param classes K
   */
  record Deduced(DecoderConfig config, int classes) {}

  /**
   * The names of the official code of models with it.
   *
   * @param state the weights of such a model under Maskwright's names
   * @return empty where these are Maskwright's own
   */
  default Optional<CheckpointFamily> official(StateDict state) {
    return Optional.empty();
  }

  /**
   * What weights show of it.
   *
   * @param state under Maskwright's names, which start with {@link #PREFIX}
   * @param memoryLevels of the pixel decoder before it
   * @param heads attention heads, which weights do not show
   * @return empty if they are of another kind of mask decoder
   */
  default Optional<Deduced> deduce(StateDict state, int memoryLevels, int heads) {
    return Optional.empty();
  }
}
