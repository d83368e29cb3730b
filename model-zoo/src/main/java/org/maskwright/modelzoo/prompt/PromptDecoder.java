package org.maskwright.modelzoo.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.nn.Embedding;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Mlp;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.decoder.MaskDecoder;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.vit.Doubling;

/**
 * Segment Anything's prompt encoder and mask decoder: four masks for each prompted object and how
 * good each is. Differs from the other mask decoders in that it says nothing without prompts:
 * {@link #forward} and {@link #predict} fail.
 *
 * <p><b>Source</b> Segment Anything (arXiv 2304.02643), appendix A; segment_anything/modeling/
 * mask_decoder.py
 */
public final class PromptDecoder extends MaskDecoder {
  /** Masks of an answer: the single one, then the hypotheses. */
  public static final int MASKS = 4;

  /** Mask logits have this many times the sides of the image's features. */
  public static final int UPSCALING = 4;

  private static final int MLP_LAYERS = 3;
  private final ClassSpace space;
  private final PromptEncoder promptEncoder;
  private final TwoWayTransformer transformer;
  private final Embedding qualityToken;
  private final Embedding maskTokens;
  private final Upscaling upscaling;
  private final ModuleList<Mlp> hypernetworks;
  private final Mlp qualityHead;

  /**
   * With fresh initial values.
   *
   * @param channels C
   */
  PromptDecoder(Engine engine, int channels, PromptsPart.Settings settings, ClassSpace space) {
    super(engine);
    this.space = space;
    promptEncoder = child("prompt_encoder", new PromptEncoder(engine, channels));
    transformer = child("transformer", new TwoWayTransformer(engine, channels, settings));
    qualityToken = child("iou_token", new Embedding(engine, 1, channels));
    maskTokens = child("mask_tokens", new Embedding(engine, MASKS, channels));
    upscaling = child("output_upscaling", new Upscaling(engine, channels));
    hypernetworks = child("output_hypernetworks_mlps", new ModuleList<>(engine));
    for (int i = 0; i < MASKS; i++) {
      hypernetworks.add(
          new Mlp(engine, channels, channels, channels / PromptsPart.NARROWING, MLP_LAYERS));
    }
    qualityHead =
        child("iou_prediction_head", new Mlp(engine, channels, channels, MASKS, MLP_LAYERS));
  }

  /** A map to one of four times its sides; names {@code 0}, {@code 1}, {@code 3}. */
  private static final class Upscaling extends Module {
    private static final double EPS = 1e-6;
    private final Doubling first;
    private final LayerNorm norm;
    private final Doubling second;

    Upscaling(Engine engine, int channels) {
      super(engine);
      int between = channels / 4;
      first = child("0", new Doubling(engine, channels, between));
      norm = child("1", new LayerNorm(engine, between, EPS));
      second = child("3", new Doubling(engine, between, channels / PromptsPart.NARROWING));
    }

    Tensor forward(Tensor map) {
      return second.forward(norm.forwardMap(first.forward(map)).gelu(), Activation.GELU);
    }
  }

  /**
   * What the decoder says about P objects.
   *
   * @param masks [P,4,4h,4w] logits of an image whose features are a map of h x w: mask 0 is the
   *     single answer, for prompts that leave no doubt; 1 to 3 are hypotheses where one point can
   *     mean a whole, a part or a part of a part
   * @param quality [P,4] the intersection over union that the decoder expects of each, unbounded
   */
  public record Answer(Tensor masks, Tensor quality) {}

  /**
   * Answers prompts; the answer is the caller's scope's.
   *
   * @param features as the model gives them ({@link
   *     org.maskwright.modelzoo.SegmentationModel#features})
   * @param inputHeight of the padded input, in whose pixels the prompts' places are
   * @param inputWidth of the same
   * @throws IllegalArgumentException if a prompt is for an image that is not in the batch, or masks
   *     have other sides than four times the features'
   */
  public Answer decode(PixelFeatures features, int inputHeight, int inputWidth, Prompts prompts) {
    PixelFeatures.Level level = features.memory().get(0);
    requireImages(prompts, level.tokens().intSize(0));
    try (Scope scope = engine().scope()) {
      int size = prompts.size();
      List<Tensor> given = new ArrayList<>();
      for (Tensor table : List.of(qualityToken.table(), maskTokens.table())) {
        given.add(table.unsqueeze(0).expand(size, table.size(0), table.size(1)));
      }
      promptEncoder.tokens(prompts, inputHeight, inputWidth).ifPresent(given::add);
      Tensor tokens = Tensor.concat(1, given.toArray(Tensor[]::new)); // [P,5+L,C]
      TwoWayTransformer.State state =
          transformer.forward(
              tokens, image(level, prompts), promptEncoder.grid(level.height(), level.width()));
      Answer answer =
          new Answer(
              masks(state, level), qualityHead.forward(state.tokens().select(1, 0))); // [P,4]
      scope.keep(answer.masks());
      scope.keep(answer.quality());
      return answer;
    }
  }

  private static void requireImages(Prompts prompts, int batch) {
    for (int image : prompts.images()) {
      if (image < 0 || image >= batch) {
        throw new IllegalArgumentException(
            "prompts: expected images 0 to %d of the batch, got %d".formatted(batch - 1, image));
      }
    }
  }

  /** The features of each object's image, and what masks add: [P,S,C]. */
  private Tensor image(PixelFeatures.Level level, Prompts prompts) {
    Tensor all = level.tokens();
    int size = prompts.size();
    Tensor chosen =
        all.size(0) == 1
            ? all.expand(size, all.size(1), all.size(2))
            : all.indexSelect(
                0, engine().longs(IntStream.of(prompts.images()).asLongStream().toArray(), size));
    return chosen.add(promptEncoder.dense(prompts, level.height(), level.width()));
  }

  private Tensor masks(TwoWayTransformer.State state, PixelFeatures.Level level) {
    long size = state.image().size(0);
    long channels = state.image().size(2);
    Tensor map =
        upscaling.forward(
            state.image().transpose(1, 2).reshape(size, channels, level.height(), level.width()));
    Tensor[] weights = new Tensor[MASKS];
    for (int i = 0; i < MASKS; i++) {
      weights[i] = hypernetworks.get(i).forward(state.tokens().select(1, 1 + i)); // [P,C/8]
    }
    return Tensor.stack(1, weights)
        .matmul(map.flatten(2, 3))
        .reshape(size, MASKS, map.size(2), map.size(3)); // [P,4,4h,4w]
  }

  /** To a point in the middle of the first image; without classes. */
  @Override
  public Outputs.Layer example(PixelFeatures features) {
    Prompts point =
        Prompts.ofPoints(new int[1], new float[] {0.5f, 0.5f}, new int[] {Prompts.OBJECT});
    return new Outputs.Layer(Optional.empty(), decode(features, 1, 1, point).masks().unsqueeze(2));
  }

  /** Masks of an object. */
  @Override
  public int queries() {
    return MASKS;
  }

  @Override
  public ClassSpace classSpace() {
    return space;
  }

  @Override
  public Outputs forward(PixelFeatures features) {
    throw new IllegalStateException(
        "mask decoder prompts: expected prompts, which say what to segment, got an image alone");
  }

  @Override
  public Outputs predict(PixelFeatures features) {
    return forward(features);
  }
}
