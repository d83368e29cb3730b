package org.maskwright.modelzoo.pretext;

import java.nio.FloatBuffer;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.nn.LayerNorm;
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
 * Where regions are in hidden patches, from the patches of regions and picture that are seen.
 *
 * <p><b>Maths</b> k regions r of a picture, 1 inside and 0 outside. Their seen patches, r - 0.5
 * mapped to tokens with positions, go through blocks; v_i is a linear map of the normalised mean of
 * region i's tokens. The memory m is made of the encoder's tokens as the pixel branch makes it of
 * them, in blocks of its own, and normalised. u = v + attention of the normalised v to one another;
 * of place s region i has the logits linear(gelu(mlp(norm(u_i + linear(m_s))))). The loss is the
 * binary cross-entropy, its mean over the pixels of a patch, the k regions and the hidden patches.
 *
 * <p><b>Source</b> R-MAE (arXiv 2306.05411), section 3.2, regions as queries with length expansion
 */
public final class RegionBranch extends Module {
  private static final double EPS = 1e-6;
  private final int patch;
  private final int side;
  private final int placeless;
  private final int width;
  private final Linear patchEmbed;
  private final Parameter positions;
  private final PlainBlocks encoder;
  private final LayerNorm projNorm;
  private final Linear proj;
  private final HiddenTokens memory;
  private final LayerNorm memoryNorm;
  private final Expansion expansion;
  private final Linear pred;

  RegionBranch(Engine engine, PatchEncoder backbone, RegionAutoencoderPart.Settings settings) {
    super(engine);
    patch = backbone.patch();
    side = backbone.grid();
    placeless = backbone.placeless();
    width = settings.encoder().width();
    int inner = settings.blocks().width();
    patchEmbed = child("patch_embed", Linear.xavier(engine, patch * patch, width));
    positions = parameter("pos_embed", engine.zeros(1, (long) side * side, width));
    positions.set(FloatBuffer.wrap(SineTable.of(side, side, width, 0)));
    positions.setTrainable(false);
    encoder = child("blocks", new PlainBlocks(engine, settings.encoder()));
    projNorm = child("proj_norm", new LayerNorm(engine, width, EPS));
    proj = child("proj", Linear.xavier(engine, width, inner));
    memory = child("tokens", new HiddenTokens(engine, backbone, settings.blocks()));
    memoryNorm = child("norm", new LayerNorm(engine, inner, EPS));
    expansion = child("expansion", new Expansion(engine, inner, settings.blocks().heads()));
    pred = child("pred", Linear.xavier(engine, inner, patch * patch));
  }

  /** Regions that attend to one another, then each of them at each place. */
  private static final class Expansion extends Module {
    private final LayerNorm norm1;
    private final SelfAttention attention;
    private final Linear proj;
    private final LayerNorm norm3;
    private final Linear first;
    private final Linear second;

    Expansion(Engine engine, int width, int heads) {
      super(engine);
      norm1 = child("norm1", new LayerNorm(engine, width, EPS));
      attention = child("attn", new SelfAttention(engine, width, heads));
      proj = child("proj", Linear.xavier(engine, width, width));
      norm3 = child("norm3", new LayerNorm(engine, width, EPS));
      first = child("fc1", Linear.xavier(engine, width, width));
      second = child("fc2", Linear.xavier(engine, width, width));
    }

    /** v [B,k,D] and memory [B,M,D] to [B,k,M,D]. */
    Tensor forward(Tensor v, Tensor memory) {
      Tensor u = v.add(attention.forward(norm1.forward(v)));
      Tensor at = u.unsqueeze(2).add(proj.forward(memory).unsqueeze(1));
      return second.forward(first.forward(norm3.forward(at), Activation.GELU));
    }
  }

  /**
   * Predicts where regions are in hidden patches.
   *
   * @param latent [B,P+V,C] of the picture's encoder
   * @param regions [B,k,H,W], 1 inside and 0 outside
   * @return logits [B,k,M,p*p]
   */
  public Tensor predict(Tensor latent, Tensor regions, PatchMask mask) {
    return engine()
        .tidy(
            scope -> {
              Engine engine = engine();
              int height = regions.intSize(2) / patch;
              Tensor vectors = vectors(regions, mask, height);
              Tensor all = memory.forward(latent, mask, height);
              Tensor patches = all.slice(1, placeless, all.size(1));
              Tensor hidden = memoryNorm.forward(PatchGrid.at(patches, mask.hidden(engine)));
              return pred.forward(expansion.forward(vectors, hidden).gelu());
            });
  }

  /** Regions [B,k,H,W] to [B,k,D]. */
  private Tensor vectors(Tensor regions, PatchMask mask, int height) {
    Engine engine = engine();
    long batch = regions.size(0);
    long count = regions.size(1);
    long seen = mask.patches() - (long) mask.hiddenCount();
    Tensor numbers = mask.seen(engine);
    Tensor each =
        numbers.unsqueeze(1).expand(batch, count, seen).reshape(batch * count, seen); // [B*k,V]
    Tensor rows = PatchGrid.of(flat(regions).sub(0.5), patch);
    Tensor tokens = patchEmbed.forward(PatchGrid.at(rows, each));
    Tensor places =
        places(height, mask.patches() / height)
            .indexSelect(0, each.flatten(0, 1))
            .reshape(batch * count, seen, width);
    Tensor means = encoder.forward(tokens.add(places)).mean(1); // [B*k,D]
    return proj.forward(projNorm.forward(means)).reshape(batch, count, -1);
  }

  private Tensor places(int height, int columns) {
    return height == side && columns == side
        ? positions.tensor().squeeze(0)
        : engine().floats(SineTable.of(height, columns, width, 0), (long) height * columns, width);
  }

  private static Tensor flat(Tensor regions) {
    return regions.reshape(-1, 1, regions.size(2), regions.size(3));
  }

  /**
   * The loss of each picture.
   *
   * @param logits as {@link #predict} gives them
   * @param regions [B,k,H,W]
   * @return [B]
   */
  public Tensor losses(Tensor logits, Tensor regions, PatchMask mask) {
    return engine()
        .tidy(
            scope -> {
              Tensor target = hidden(regions, mask);
              Tensor loss = logits.softplus().sub(logits.mul(target)); // log(1 + e^x) - xy
              return loss.mean(1, 2, 3);
            });
  }

  /** What regions are in hidden patches: [B,k,M,p*p]. */
  private Tensor hidden(Tensor regions, PatchMask mask) {
    long batch = regions.size(0);
    long count = regions.size(1);
    Tensor numbers =
        mask.hidden(engine())
            .unsqueeze(1)
            .expand(batch, count, mask.hiddenCount())
            .reshape(batch * count, mask.hiddenCount());
    return PatchGrid.at(PatchGrid.of(flat(regions), patch), numbers)
        .reshape(batch, count, mask.hiddenCount(), (long) patch * patch);
  }

  /**
   * Regions as they were seen, with predictions in hidden patches.
   *
   * @return probabilities [B,k,H,W]
   */
  public Tensor paint(Tensor logits, Tensor regions, PatchMask mask) {
    long batch = regions.size(0);
    long count = regions.size(1);
    Tensor rows =
        PatchGrid.of(flat(regions), patch)
            .reshape(batch, count * mask.patches(), (long) patch * patch);
    Tensor[] painted = new Tensor[(int) count];
    for (int k = 0; k < count; k++) {
      Tensor own = rows.slice(1, (long) k * mask.patches(), (k + 1L) * mask.patches());
      Tensor seen = PatchGrid.at(own, mask.seen(engine()));
      Tensor all = Tensor.concat(1, seen, logits.select(1, k).sigmoid());
      painted[k] =
          PatchGrid.join(
              PatchGrid.at(all, mask.restored(engine())), patch, regions.intSize(2) / patch);
    }
    return Tensor.concat(1, painted);
  }
}
