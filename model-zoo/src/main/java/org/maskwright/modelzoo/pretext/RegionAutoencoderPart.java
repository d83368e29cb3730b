package org.maskwright.modelzoo.pretext;

import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.decoder.MaskDecoder;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.vit.PlainBlocks;
import org.maskwright.settings.Doc;

/** The decoder of a masked autoencoder of regions (R-MAE, arXiv 2306.05411). */
public final class RegionAutoencoderPart implements DecoderPart {
  @Override
  public String name() {
    return "region-autoencoder";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param pixels of the branch that says what pixels are hidden
   * @param encoder blocks that see the seen patches of a region
   * @param blocks that see those of the picture, for regions
   */
  public record Settings(
      @Doc(
              "The branch of pixels, that of a masked autoencoder; its share of hidden patches is that of regions too.")
          MaskedAutoencoderPart.Settings pixels,
      @Doc("Blocks that see the seen patches of a region.") PlainBlocks.Sizes encoder,
      @Doc("Blocks that see those of the picture, for where regions are.") PlainBlocks.Sizes blocks)
      implements PatchHiding {
    @Override
    public MaskDecoder build(
        Engine engine,
        Backbone backbone,
        int memoryChannels,
        int channels,
        int maskDim,
        ClassHeads classHeads) {
      return new MaskedAutoencoder(
          engine, "region-autoencoder", PatchHiding.encoder(backbone), pixels, Optional.of(this));
    }
  }
}
