package org.maskwright.modelzoo.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.nn.Conv2d;
import org.maskwright.engine.nn.Embedding;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.TokenEncoder;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.vit.Doubling;

/**
 * EoMT: queries run through the last blocks of a plain transformer, among its tokens; their masks
 * are products with its patches, scaled up. N blocks give N + 1 outputs, one before each and one
 * behind the last.
 *
 * <p>In training a query attends in a block only to the patches where its mask is on, and to all
 * tokens that are no patches, until the block's masks are given up: from a share s of the training
 * on a query keeps its mask with a probability that falls from 1 to 0 ({@link #trainedTo}). Else,
 * and when the training is done, all attend everywhere, so that predictions need no masks.
 *
 * <p><b>Source</b> EoMT (arXiv 2503.19108), section 3. <b>Differs:</b> when masks are given up is
 * said in shares of the training, in place of numbers of steps; evaluations on the way are of the
 * network without masks, as it will be used, where the official code's have them
 */
public final class EomtDecoder extends MaskDecoder {
  private static final double FIRST_START = 1.0 / 6;
  private static final double LAST_START = 4.0 / 6;
  private static final double DURATION = 1.0 / 6;
  private static final double POWER = 0.9;

  private final TokenEncoder encoder;
  private final int queries;
  private final Embedding queryFeat;
  private final ModuleList<Scale> upscale;
  private final MaskHead maskHead;
  private final ClassHead classHead;
  private final double[] keeping;

  /** Queries N(0,1), the rest of the field's default. */
  EomtDecoder(Engine engine, TokenEncoder encoder, int queries, ClassHead classHead) {
    super(engine);
    this.encoder = encoder;
    this.queries = queries;
    int channels = encoder.width();
    queryFeat = child("query_feat", new Embedding(engine, queries, channels));
    upscale = child("upscale", new ModuleList<>(engine));
    for (int i = 0; i < encoder.doublings(); i++) {
      upscale.add(new Scale(engine, channels));
    }
    maskHead = child("mask_head", new MaskHead(engine, channels));
    this.classHead = child("class_embed", classHead);
    // Nothing here reads it: files of others have it, who compute with masks where it is not 0.
    buffer("attn_mask_probs", engine.zeros(encoder.blocks()));
    keeping = new double[encoder.blocks()];
  }

  /** Twice the sides, mixed by a 3x3 convolution of each channel for itself. */
  private static final class Scale extends Module {
    private static final double EPS = 1e-6;
    private final Doubling doubling;
    private final Conv2d depthwise;
    private final LayerNorm norm;

    Scale(Engine engine, int channels) {
      super(engine);
      doubling = child("conv1", new Doubling(engine, channels, channels));
      Tensor weight =
          Init.kaimingUniform(engine, initStream(), Linear.DEFAULT_SLOPE, channels, 1, 3, 3);
      depthwise =
          child("conv2", new Conv2d(weight, null, new Conv2dSpec(1, 1, 1, 1, 1, 1, channels)));
      norm = child("norm", new LayerNorm(engine, channels, EPS));
    }

    Tensor forward(Tensor map) {
      return engine()
          .tidy(
              scope -> norm.forwardMap(depthwise.forward(doubling.forward(map, Activation.GELU))));
    }
  }

  /** Three linear layers; names {@code 0}, {@code 2}, {@code 4}. */
  private static final class MaskHead extends Module {
    private final Linear first;
    private final Linear second;
    private final Linear third;

    MaskHead(Engine engine, int channels) {
      super(engine);
      first = child("0", Linear.of(engine, channels, channels));
      second = child("2", Linear.of(engine, channels, channels));
      third = child("4", Linear.of(engine, channels, channels));
    }

    Tensor forward(Tensor x) {
      return third.forward(second.forward(first.forward(x, Activation.GELU), Activation.GELU));
    }
  }

  /**
   * Gives masks up: block i of N from the share s = 1/6 + 3/6 i/(N-1) of the training on, over
   * another 1/6; a query keeps its mask with the probability (1 - 6 (progress - s))^0.9.
   */
  @Override
  public void trainedTo(double progress) {
    for (int i = 0; i < keeping.length; i++) {
      double place = keeping.length == 1 ? 0 : (double) i / (keeping.length - 1);
      double start = FIRST_START + (LAST_START - FIRST_START) * place;
      double done = Math.min(Math.max((progress - start) / DURATION, 0), 1);
      keeping[i] = Math.pow(1 - done, POWER);
    }
  }

  @Override
  public Optional<ClassHead> classHead() {
    return Optional.of(classHead);
  }

  @Override
  public ClassSpace classSpace() {
    return classHead.space();
  }

  @Override
  public int queries() {
    return queries;
  }

  @Override
  public Outputs forward(PixelFeatures features) {
    return decode(features, true);
  }

  @Override
  public Outputs predict(PixelFeatures features) {
    return decode(features, false);
  }

  private Outputs decode(PixelFeatures features, boolean every) {
    PixelFeatures.Level patches = features.memory().get(0);
    Tensor rest = features.memory().get(1).tokens();
    Tensor table = queryFeat.table();
    Tensor x =
        Tensor.concat(
            1,
            table.unsqueeze(0).expand(rest.size(0), queries, table.size(1)),
            rest,
            patches.tokens());
    int placeless = queries + rest.intSize(1);
    TokenEncoder.Blocks blocks = encoder.over(placeless, patches.height(), patches.width());
    List<Outputs.Layer> layers = new ArrayList<>();
    for (int b = 0; b < encoder.blocks(); b++) {
      Tensor blocked = null;
      if (every) {
        Outputs.Layer output = output(x, patches);
        layers.add(output);
        if (isTraining() && keeping[b] > 0) {
          blocked = blocked(output.imageMaskLogits(), keeping[b], placeless, patches);
        }
      }
      x = blocks.run(b, x, blocked);
    }
    layers.add(output(x, patches));
    return new Outputs(layers, classHead.maskScores());
  }

  /** Classes and masks of the queries among tokens [B,L,C]. */
  private Outputs.Layer output(Tensor tokens, PixelFeatures.Level patches) {
    Tensor normalized = encoder.normalized(tokens);
    long length = tokens.size(1);
    long count = (long) patches.height() * patches.width();
    Tensor states = normalized.slice(1, 0, queries);
    Tensor map =
        normalized
            .slice(1, length - count, length)
            .transpose(1, 2)
            .reshape(tokens.size(0), tokens.size(2), patches.height(), patches.width());
    for (Scale scale : upscale.asList()) {
      map = scale.forward(map);
    }
    Tensor masks = QueryHead.maskLogits(maskHead.forward(states), map.unsqueeze(2));
    return new Outputs.Layer(Optional.of(classHead.forward(states)), masks);
  }

  /**
   * Where a query may not attend: to patches outside its mask, if it keeps that. No gradient.
   *
   * @param masks [B,Q,H,W]
   * @param placeless number of tokens before the patches
   * @return bool [B,1,L,L]
   */
  private Tensor blocked(Tensor masks, double keeping, int placeless, PixelFeatures.Level patches) {
    try (var off = engine().noGrad()) {
      return engine()
          .tidy(
              scope -> {
                long batch = masks.size(0);
                Tensor outside =
                    masks
                        .resize(patches.height(), patches.width(), ResizeMode.BILINEAR)
                        .flatten(2, 3)
                        .gt(0)
                        .not(); // [B,Q,N]
                if (keeping < 1) {
                  outside = outside.and(chosen(batch, keeping));
                }
                long length = placeless + outside.size(2);
                Tensor rows = Tensor.concat(2, no(batch, queries, placeless), outside); // [B,Q,L]
                return Tensor.concat(1, rows, no(batch, length - queries, length)).unsqueeze(1);
              });
    }
  }

  private Tensor no(long... shape) {
    return engine().full(DType.BOOL, 0, shape);
  }

  /** [B,Q,1]: true for each query with a probability. */
  private Tensor chosen(long batch, double probability) {
    float[] numbers = engine().random().perImage("query-masks", Math.toIntExact(batch), queries);
    return engine().floats(numbers, batch, queries, 1).lt(probability);
  }
}
