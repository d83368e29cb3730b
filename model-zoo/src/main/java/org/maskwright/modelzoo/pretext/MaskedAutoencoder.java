package org.maskwright.modelzoo.pretext;

import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.PatchEncoder;
import org.maskwright.modelzoo.decoder.PretextDecoder;
import org.maskwright.modelzoo.head.ClassSpace;

/**
 * A masked autoencoder, MAE, and with regions R-MAE: the backbone sees some patches of a picture,
 * and a decoder says what is in the others. Tells no classes apart.
 *
 * <p><b>Source</b> MAE (arXiv 2111.06377), R-MAE (arXiv 2306.05411)
 */
public final class MaskedAutoencoder extends PretextDecoder {
  private final PatchEncoder encoder;
  private final double hidden;
  private final PixelBranch pixels;
  private final Optional<RegionBranch> regions;

  /**
   * Fixes the encoder's positions.
   *
   * @param regions of R-MAE
   */
  MaskedAutoencoder(
      Engine engine,
      String name,
      PatchEncoder encoder,
      MaskedAutoencoderPart.Settings settings,
      Optional<RegionAutoencoderPart.Settings> regions) {
    super(engine, name, ClassSpace.OBJECT);
    this.encoder = encoder;
    this.hidden = settings.hidden();
    encoder.fixPositions();
    this.pixels = child("pixels", new PixelBranch(engine, encoder, settings));
    this.regions = regions.map(r -> child("regions", new RegionBranch(engine, encoder, r)));
  }

  /** Side of a patch. */
  public int patch() {
    return encoder.patch();
  }

  /** Side in patches of the pictures that its positions are for. */
  public int grid() {
    return encoder.grid();
  }

  /** Share of the patches that are hidden. */
  public double hidden() {
    return hidden;
  }

  /** What is seen, encoded: [B,P+V,C]. */
  public Tensor encode(Tensor pictures, PatchMask mask) {
    return encoder.encode(pictures, mask.seen(engine()));
  }

  /** Says what pixels are hidden. */
  public PixelBranch pixels() {
    return pixels;
  }

  /** Says where regions are; of R-MAE alone. */
  public Optional<RegionBranch> regions() {
    return regions;
  }
}
