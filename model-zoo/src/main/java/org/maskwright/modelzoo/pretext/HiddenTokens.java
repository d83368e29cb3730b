package org.maskwright.modelzoo.pretext;

import java.nio.FloatBuffer;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.PatchEncoder;
import org.maskwright.modelzoo.backbone.PatchGrid;
import org.maskwright.modelzoo.vit.PlainBlocks;
import org.maskwright.modelzoo.vit.SineTable;

/**
 * What a narrow transformer makes of the patches that were seen and of a token for each that was
 * not, all at their places.
 *
 * <p><b>Source</b> MAE (arXiv 2111.06377), section 3, the decoder
 */
final class HiddenTokens extends Module {
  private static final double STD = 0.02;
  private final Linear embed;
  private final Parameter maskToken;
  private final Parameter positions;
  private final PlainBlocks blocks;
  private final int side;
  private final int width;
  private final int placeless;

  /** Positions are sine and cosine, and stay. */
  HiddenTokens(Engine engine, PatchEncoder encoder, PlainBlocks.Sizes sizes) {
    super(engine);
    side = encoder.grid();
    width = sizes.width();
    placeless = encoder.placeless();
    embed = child("embed", Linear.xavier(engine, encoder.width(), width));
    maskToken = parameter("mask_token", engine.normal(initStream(), 0, STD, 1, 1, width));
    positions = parameter("pos_embed", engine.zeros(1, 1 + (long) side * side, width));
    positions.set(FloatBuffer.wrap(SineTable.of(side, side, width, 1)));
    positions.setTrainable(false);
    blocks = child("blocks", new PlainBlocks(engine, sizes));
  }

  /**
   * Decodes.
   *
   * @param latent [B,P+V,C] of the encoder
   * @param height rows of patches
   * @return [B,P+N,D], not normalised, patches row by row behind those without a place
   */
  Tensor forward(Tensor latent, PatchMask mask, int height) {
    Engine engine = engine();
    long batch = latent.size(0);
    Tensor x = embed.forward(latent);
    Tensor own = x.slice(1, 0, placeless);
    Tensor unseen = maskToken.tensor().expand(batch, mask.hiddenCount(), width);
    Tensor shuffled = Tensor.concat(1, x.slice(1, placeless, x.size(1)), unseen);
    Tensor patches = PatchGrid.at(shuffled, mask.restored(engine));
    Tensor table = positions.tensor();
    Tensor places = places(table, height, mask.patches() / height);
    return blocks.forward(Tensor.concat(1, own.add(table.slice(1, 0, 1)), patches.add(places)));
  }

  private Tensor places(Tensor table, int height, int columns) {
    return height == side && columns == side
        ? table.slice(1, 1, table.size(1))
        : engine()
            .floats(SineTable.of(height, columns, width, 0), 1, (long) height * columns, width);
  }
}
