package org.maskwright.modelzoo.text;

import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * The sizes of a text transformer.
 *
 * @param vocabulary tokens; the last one ends a text
 * @param context the most tokens of a text
 * @param width C
 * @param layers blocks
 * @param heads of attention; width is a multiple
 * @param mlpDim width within a block's MLP
 * @param embedding D
 * @param activation between the MLP's layers: {@link VitActivation#GELU} or {@link
 *     VitActivation#QUICK_GELU}
 * @param eps added to variances
 */
public record TextSizes(
    int vocabulary,
    int context,
    int width,
    int layers,
    int heads,
    int mlpDim,
    int embedding,
    VitActivation activation,
    double eps) {
  private static final double EPS = 1e-5;

  /** Width of a head in every published model. */
  private static final int HEAD_CHANNELS = 64;

  private static final int MLP_RATIO = 4;
  private static final int PUBLISHED_VOCABULARY = 49_408;
  private static final int PUBLISHED_CONTEXT = 77;

  /** Checks the ranges. */
  public TextSizes {
    if (vocabulary < 2
        || context < 2
        || width < 1
        || layers < 1
        || heads < 1
        || mlpDim < 1
        || embedding < 1
        || !(eps > 0)) {
      throw new IllegalArgumentException(
          ("text transformer: expected a vocabulary and a context of at least 2 and sizes of at"
                  + " least 1, got vocabulary %d, context %d, width %d, layers %d, heads %d, MLP %d,"
                  + " embedding %d, eps %s")
              .formatted(vocabulary, context, width, layers, heads, mlpDim, embedding, eps));
    }
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "text transformer: expected a width that is a multiple of the heads, got %d and %d"
              .formatted(width, heads));
    }
    if (activation == VitActivation.SWIGLU) {
      throw new IllegalArgumentException(
          "text transformer: expected gelu or quick-gelu, got " + activation);
    }
  }

  /**
   * The usual ones of a width: CLIP's vocabulary, 77 tokens, heads of 64 channels, MLPs of four
   * times the width.
   */
  public static TextSizes of(int width, int layers, int embedding, VitActivation activation) {
    return new TextSizes(
        PUBLISHED_VOCABULARY,
        PUBLISHED_CONTEXT,
        width,
        layers,
        Math.max(1, width / HEAD_CHANNELS),
        MLP_RATIO * width,
        embedding,
        activation,
        EPS);
  }

  /**
   * The usual ones but for a vocabulary and a context of their own: MLPs of four times the width.
   */
  public static TextSizes of(
      int vocabulary,
      int context,
      int width,
      int layers,
      int heads,
      int embedding,
      VitActivation activation) {
    return new TextSizes(
        vocabulary,
        context,
        width,
        layers,
        heads,
        MLP_RATIO * width,
        embedding,
        activation,
        EPS);
  }

  /** The same with so many heads, which weights do not show. */
  public TextSizes withHeads(int count) {
    return new TextSizes(
        vocabulary, context, width, layers, count, mlpDim, embedding, activation, eps);
  }

  /** The same with another number added to variances. */
  public TextSizes withEps(double value) {
    return new TextSizes(
        vocabulary, context, width, layers, heads, mlpDim, embedding, activation, value);
  }

  /**
   * What weights show; heads have 64 channels.
   *
   * @param state under the names of {@link TextTransformer}
   * @throws CheckpointException if a tensor is missing or of another rank
   */
  static TextSizes of(StateDict state, VitActivation activation) {
    int width = state.size("token_embedding.weight", 1);
    try {
      return new TextSizes(
          state.size("token_embedding.weight", 0),
          state.size("positional_embedding", 0),
          width,
          state.count("transformer\\.resblocks\\.(\\d+)\\.ln_1\\.weight"),
          Math.max(1, width / HEAD_CHANNELS),
          state.size("transformer.resblocks.0.mlp.c_fc.weight", 0),
          state.size("text_projection.weight", 0),
          activation,
          EPS);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("an incomplete text transformer: " + e.getMessage(), e);
    }
  }
}
