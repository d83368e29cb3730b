package org.maskwright.modelzoo.pretext;

import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.PatchEncoder;
import org.maskwright.modelzoo.backbone.PatchGrid;

/**
 * Pixels of hidden patches from those that are seen.
 *
 * <p><b>Maths</b> with y the values of a hidden patch, each pixel's channels together, and with
 * normalised pixels (y - mean)/sqrt(var + 1e-6), var = sum of squares / (n - 1): the loss is the
 * mean of (prediction - y)^2 over the values of a patch, then over the hidden patches
 *
 * <p><b>Source</b> MAE (arXiv 2111.06377), section 3; official code
 */
public final class PixelBranch extends Module {
  private static final double EPS = 1e-6;
  private final HiddenTokens tokens;
  private final LayerNorm norm;
  private final Linear pred;
  private final int patch;
  private final int placeless;
  private final boolean normPixels;

  PixelBranch(Engine engine, PatchEncoder encoder, MaskedAutoencoderPart.Settings settings) {
    super(engine);
    patch = encoder.patch();
    placeless = encoder.placeless();
    normPixels = settings.normPixels();
    int width = settings.blocks().width();
    tokens = child("tokens", new HiddenTokens(engine, encoder, settings.blocks()));
    norm = child("norm", new LayerNorm(engine, width, EPS));
    pred = child("pred", Linear.xavier(engine, width, patch * patch * encoder.inputs()));
  }

  /**
   * Predicts what is hidden.
   *
   * @param latent [B,P+V,C] of the encoder
   * @param height rows of patches
   * @return [B,M,p*p*I] in the order of {@link PatchMask#hidden}
   */
  public Tensor predict(Tensor latent, PatchMask mask, int height) {
    return engine()
        .tidy(
            scope -> {
              Tensor decoded = tokens.forward(latent, mask, height);
              Tensor patches = decoded.slice(1, placeless, decoded.size(1));
              Tensor hidden = PatchGrid.at(patches, mask.hidden(engine()));
              return pred.forward(norm.forward(hidden));
            });
  }

  /**
   * The loss of each picture.
   *
   * @param predicted as {@link #predict} gives it
   * @param pixels [B,I,H,W], normalised
   * @return [B]
   */
  public Tensor losses(Tensor predicted, Tensor pixels, PatchMask mask) {
    return engine()
        .tidy(
            scope -> {
              Tensor hidden = PatchGrid.at(PatchGrid.pixels(pixels, patch), mask.hidden(engine()));
              Tensor target = normPixels ? hidden.sub(mean(hidden)).div(deviation(hidden)) : hidden;
              return predicted.sub(target).square().mean(1, 2);
            });
  }

  /**
   * The pictures with predictions in place of what is hidden; normalised pixels get back the mean
   * and the deviation of the patch that they stand for.
   *
   * @return [B,I,H,W]
   */
  public Tensor paint(Tensor predicted, Tensor pixels, PatchMask mask) {
    Tensor rows = PatchGrid.pixels(pixels, patch);
    Tensor hidden = PatchGrid.at(rows, mask.hidden(engine()));
    Tensor painted = normPixels ? predicted.mul(deviation(hidden)).add(mean(hidden)) : predicted;
    Tensor shown = PatchGrid.at(rows, mask.seen(engine()));
    Tensor all = PatchGrid.at(Tensor.concat(1, shown, painted), mask.restored(engine()));
    return PatchGrid.join(all, patch, pixels.intSize(2) / patch);
  }

  private static Tensor mean(Tensor patches) {
    return patches.mean(2).unsqueeze(2);
  }

  private static Tensor deviation(Tensor patches) {
    long values = patches.size(2);
    Tensor squares = patches.sub(mean(patches)).square().sum(2).unsqueeze(2);
    return squares.mul(1.0 / Math.max(1, values - 1)).add(EPS).sqrt();
  }
}
