package org.maskwright.modelzoo.prompt;

import java.util.Arrays;
import java.util.Optional;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.nn.Conv2d;
import org.maskwright.engine.nn.Embedding;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.head.FourierPositions;

/**
 * Prompts to tokens: a point or a corner of a box is its place plus a learned vector of its kind.
 * Masks become a map that is added to the image's. Names are those of Segment Anything.
 *
 * <p><b>Source</b> Segment Anything (arXiv 2304.02643), appendix A; segment_anything/modeling/
 * prompt_encoder.py
 */
final class PromptEncoder extends Module {
  /** Kinds of a token; a point's are its labels. */
  private static final int CORNER = 2;

  private static final int OTHER_CORNER = 3;
  private static final int KINDS = 4;
  private static final int NO_POINT = KINDS;

  private final FourierPositions positions;
  private final ModuleList<Embedding> kinds;
  private final Embedding noPoint;
  private final MaskDownscaling downscaling;
  private final Embedding noMask;

  /**
   * With fresh initial values.
   *
   * @param channels C, even
   */
  PromptEncoder(Engine engine, int channels) {
    super(engine);
    positions = child("pe_layer", new FourierPositions(engine, channels / 2, 1));
    kinds = child("point_embeddings", new ModuleList<>(engine));
    for (int i = 0; i < KINDS; i++) {
      kinds.add(new Embedding(engine, 1, channels));
    }
    noPoint = child("not_a_point_embed", new Embedding(engine, 1, channels));
    downscaling = child("mask_downscaling", new MaskDownscaling(engine, channels));
    noMask = child("no_mask_embed", new Embedding(engine, 1, channels));
  }

  /** Masks to a map a quarter of their sides; names {@code 0}, {@code 1}, {@code 3}, ... */
  private static final class MaskDownscaling extends Module {
    private static final double EPS = 1e-6;
    private static final int FIRST = 4;
    private final Conv2d halve;
    private final LayerNorm norm1;
    private final Conv2d halveAgain;
    private final LayerNorm norm2;
    private final Conv2d widen;

    MaskDownscaling(Engine engine, int channels) {
      super(engine);
      halve = child("0", conv(1, FIRST, 2));
      norm1 = child("1", new LayerNorm(engine, FIRST, EPS));
      halveAgain = child("3", conv(FIRST, PromptsPart.MASK_CHANNELS, 2));
      norm2 = child("4", new LayerNorm(engine, PromptsPart.MASK_CHANNELS, EPS));
      widen = child("6", conv(PromptsPart.MASK_CHANNELS, channels, 1));
    }

    private Conv2d conv(int in, int out, int side) {
      long[] shape = {out, in, side, side};
      return new Conv2d(
          Init.kaimingUniform(engine(), initStream(), Linear.DEFAULT_SLOPE, shape),
          Init.biasUniform(engine(), initStream(), shape),
          Conv2dSpec.of(side, 0));
    }

    Tensor forward(Tensor masks) {
      Tensor y = norm1.forwardMap(halve.forward(masks)).gelu();
      return widen.forward(norm2.forwardMap(halveAgain.forward(y)).gelu());
    }
  }

  /**
   * The tokens of points and boxes: the points, one of padding behind them where there is no box,
   * then the two corners.
   *
   * @return [P,L,C]; empty where there are neither points nor boxes
   */
  Optional<Tensor> tokens(Prompts prompts, int inputHeight, int inputWidth) {
    int ofPoints = prompts.count();
    int padded = ofPoints > 0 && prompts.boxes().isEmpty() ? ofPoints + 1 : ofPoints;
    int length = prompts.boxes().isPresent() ? padded + 2 : padded;
    if (length == 0) {
      return Optional.empty();
    }
    int size = prompts.size();
    float[] places = new float[Math.multiplyExact(size, 2 * length)];
    long[] kind = new long[size * length];
    Arrays.fill(kind, NO_POINT);
    for (int p = 0; p < size; p++) {
      int first = p * length;
      for (int n = 0; n < ofPoints; n++) {
        int label = prompts.labels()[p * ofPoints + n];
        kind[first + n] = label == Prompts.PADDING ? NO_POINT : label;
      }
      System.arraycopy(prompts.points(), 2 * p * ofPoints, places, 2 * first, 2 * ofPoints);
      if (prompts.boxes().isPresent()) {
        kind[first + padded] = CORNER;
        kind[first + padded + 1] = OTHER_CORNER;
        System.arraycopy(prompts.boxes().get(), 4 * p, places, 2 * (first + padded), 4);
      }
    }
    for (int i = 0; i < places.length; i += 2) {
      places[i] /= inputWidth;
      places[i + 1] /= inputHeight;
    }
    return Optional.of(
        engine()
            .tidy(
                scope ->
                    encoded(places, kind).reshape(size, length, positions.width()))); // [P,L,C]
  }

  private Tensor encoded(float[] places, long[] kind) {
    Tensor[] table = new Tensor[KINDS + 1];
    for (int i = 0; i < KINDS; i++) {
      table[i] = kinds.get(i).table();
    }
    table[NO_POINT] = noPoint.table();
    byte[] none = new byte[kind.length];
    for (int i = 0; i < kind.length; i++) {
      none[i] = (byte) (kind[i] == NO_POINT ? 1 : 0);
    }
    Tensor at = positions.forward(engine().floats(places, kind.length, 2)); // [P*L,C]
    Tensor place = engine().bools(none, kind.length, 1).where(engine().full(DType.FLOAT32, 0), at);
    return place.add(Tensor.concat(0, table).indexSelect(0, engine().longs(kind, kind.length)));
  }

  /**
   * What masks add to the image's features, token by token.
   *
   * @return [P,h*w,C], or [1,1,C] where there are no masks
   * @throws IllegalArgumentException if masks have other sides than 4h and 4w
   */
  Tensor dense(Prompts prompts, int height, int width) {
    if (prompts.masks().isEmpty()) {
      return noMask.table().unsqueeze(0);
    }
    Tensor masks = prompts.masks().get();
    if (masks.size(2) != 4L * height || masks.size(3) != 4L * width) {
      throw new IllegalArgumentException(
          "prompts: expected masks [%d,1,%d,%d], four times the sides of the image's features, got %s"
              .formatted(prompts.size(), 4L * height, 4L * width, masks));
    }
    return engine().tidy(scope -> downscaling.forward(masks).flatten(2, 3).transpose(1, 2));
  }

  /** The places of a map's cells, row by row: [1,h*w,C]. */
  Tensor grid(int height, int width) {
    float[] places = new float[Math.multiplyExact(2 * height, width)];
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        int at = 2 * (row * width + column);
        places[at] = (column + 0.5f) / width;
        places[at + 1] = (row + 0.5f) / height;
      }
    }
    return positions.forward(engine().floats(places, 1, (long) height * width, 2));
  }
}
