package org.maskwright.modelzoo.pretext;

import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.PatchEncoder;
import org.maskwright.modelzoo.decoder.DecoderConfig;

/** What the settings of decoders have in common that hide patches from the backbone. */
interface PatchHiding extends DecoderConfig {
  @Override
  default boolean isPretext() {
    return true;
  }

  @Override
  default boolean hidesPatches() {
    return true;
  }

  @Override
  default boolean hasClassHead() {
    return false;
  }

  @Override
  default int memoryLevels() {
    return 0;
  }

  /** Nothing of a criterion is used: the task has its own loss. */
  @Override
  default String criterion() {
    return "points";
  }

  /** The backbone's. */
  static PatchEncoder encoder(Backbone backbone) {
    return backbone
        .patchEncoder()
        .orElseThrow(
            () -> new IllegalArgumentException("backbone: expected one that hides patches"));
  }
}
