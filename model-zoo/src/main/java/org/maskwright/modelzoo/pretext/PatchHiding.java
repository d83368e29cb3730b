package org.maskwright.modelzoo.pretext;

import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.PatchEncoder;
import org.maskwright.modelzoo.decoder.PretextDecoderConfig;

/** What the settings of decoders have in common that hide patches from the backbone. */
interface PatchHiding extends PretextDecoderConfig {
  @Override
  default boolean hidesPatches() {
    return true;
  }

  /** The backbone's. */
  static PatchEncoder encoder(Backbone backbone) {
    return backbone
        .patchEncoder()
        .orElseThrow(
            () -> new IllegalArgumentException("backbone: expected one that hides patches"));
  }
}
