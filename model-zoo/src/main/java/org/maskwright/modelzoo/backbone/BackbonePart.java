package org.maskwright.modelzoo.backbone;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.maskwright.modelzoo.part.Part;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.StateDict;

/** A kind of backbone; its settings implement {@link BackboneConfig}. */
public interface BackbonePart extends Part {
  /**
   * Published variants by the name that they have in names of models ({@code r50} in {@code
   * mask2former-r50}), in the order of the zoo's table.
   */
  default Map<String, BackboneConfig> published() {
    return Map.of();
  }

  /**
   * The settings that weights show, with published values for what they do not show.
   *
   * @param state under Maskwright's names, which start with {@code backbone.}
   * @return empty if they are of another kind of backbone
   * @throws org.maskwright.modelzoo.weights.CheckpointException if they are an incomplete one
   */
  default Optional<BackboneConfig> deduce(StateDict state) {
    return Optional.empty();
  }

  /**
   * Names of the parameters that weights trained without a model around lack: they start fresh
   * then, and a model without them leaves them out.
   */
  default Pattern added() {
    return CheckpointFamily.NONE;
  }

  /** How Transformers names and describes it; empty if it has no such backbone. */
  default Optional<HuggingFaceBackbone> huggingFace() {
    return Optional.empty();
  }
}
