package org.maskwright.modelzoo.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.nn.Conv2d;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.TokenEncoder;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * SegGPT and Painter: two canvases, each of two pictures of one size, the example's above. One
 * holds photographs, the other what is to be seen in them, painted; patches of the second are
 * hidden, and the transformer paints them as the rest suggests.
 *
 * <p>Differs from every other mask decoder in that it gives nothing for a photograph alone: {@link
 * #forward} and {@link #predict} refuse, {@link #paint} answers.
 *
 * <p><b>Maths</b> The canvases' patches with positions, x and y, go through the first blocks side
 * by side; hidden y are the mask token instead. Behind block {@code mergeAfter} they become (x +
 * y)/2. Normalised tokens of some blocks, joined, are mapped to p x p places of {@code
 * paintChannels} each, then by a 3x3 convolution, normalisation, GELU and a 1x1 convolution to
 * colours.
 *
 * <p><b>Source</b> SegGPT (arXiv 2304.03284), section 3; official code, models_seggpt.py.
 * <b>Differs:</b> several examples are averaged as there, in each block with the streams as they
 * are; Transformers averages both streams' halves together in the block before they are merged.
 * Linear layers start as in the rest of Maskwright's transformers, not from N(0, 0.02^2)
 */
public final class InContextDecoder extends MaskDecoder {
  private static final double STD = 0.02;
  private static final double EPS = 1e-6;
  private static final int COLOURS = 3;

  /** The names of {@link OwnExample}. */
  static final String EXAMPLE_PICTURE = "example_picture";

  private static final String EXAMPLE_PAINTED = "example_painted";

  private final TokenEncoder encoder;
  private final InContextPart.Settings settings;
  private final ClassSpace classes;
  private final Parameter maskToken;
  private final Parameter pictureToken;
  private final Parameter targetToken;
  private final Parameter classesToken;
  private final Parameter objectsToken;
  private final Optional<OwnExample> ownExample;
  private final Linear embed;
  private final Paint paint;

  /** What the colours of an example stand for. */
  public enum Meaning {
    /** A colour is a class: {@code semantic} in SegGPT. */
    CLASSES,
    /** A colour is an object: {@code instance} in SegGPT. */
    OBJECTS
  }

  /**
   * An example that is learnt: what the model sees of a picture and of what is painted of it.
   *
   * <p><b>Shapes</b> [1,3,S,S] each, normalised colours; S is the side of a picture in a canvas
   *
   * <p><b>Source</b> SegGPT (arXiv 2304.03284), section 3.4, in-context tuning
   */
  public record OwnExample(Parameter picture, Parameter painted) {}

  /** Tokens N(0, 0.02^2), an example of its own N(0, 1), the rest of the field's default. */
  InContextDecoder(
      Engine engine, TokenEncoder encoder, InContextPart.Settings settings, ClassSpace classes) {
    super(engine);
    this.encoder = encoder;
    this.settings = settings;
    this.classes = classes;
    maskToken = token("mask_token");
    pictureToken = token("segment_token_x");
    targetToken = token("segment_token_y");
    classesToken = settings.typeTokens() ? token("type_token_cls") : null;
    objectsToken = settings.typeTokens() ? token("type_token_ins") : null;
    ownExample =
        settings.ownExample()
            ? Optional.of(new OwnExample(example(EXAMPLE_PICTURE), example(EXAMPLE_PAINTED)))
            : Optional.empty();
    int patch = encoder.patch();
    embed =
        child(
            "decoder_embed",
            Linear.of(
                engine,
                settings.features().size() * encoder.width(),
                patch * patch * settings.paintChannels()));
    paint = child("decoder_pred", new Paint(engine, settings.paintChannels()));
  }

  private Parameter token(String name) {
    return parameter(name, engine().normal(initStream(), 0, STD, 1, 1, 1, encoder.width()));
  }

  private Parameter example(String name) {
    int side = encoder.canvasPicture().orElseThrow();
    return parameter(name, engine().normal(initStream(), 0, 1, 1, COLOURS, side, side));
  }

  /** The example that it has learnt, or is to learn, if it has one. */
  public Optional<OwnExample> ownExample() {
    return ownExample;
  }

  /** A map to colours; names {@code 0}, {@code 1}, {@code 3}. */
  private static final class Paint extends Module {
    private final Conv2d mix;
    private final LayerNorm norm;
    private final Conv2d colours;

    Paint(Engine engine, int channels) {
      super(engine);
      mix = child("0", conv(channels, channels, 3));
      norm = child("1", new LayerNorm(engine, channels, EPS));
      colours = child("3", conv(channels, COLOURS, 1));
    }

    private Conv2d conv(int in, int out, int kernel) {
      long[] shape = {out, in, kernel, kernel};
      return new Conv2d(
          Init.kaimingUniform(engine(), initStream(), Linear.DEFAULT_SLOPE, shape),
          Init.biasUniform(engine(), initStream(), shape),
          Conv2dSpec.of(1, kernel / 2));
    }

    Tensor forward(Tensor map) {
      return colours.forward(norm.forwardMap(mix.forward(map)).gelu());
    }
  }

  @Override
  public ClassSpace classSpace() {
    return classes;
  }

  /** An image as a canvas and as what was painted of it, all of it seen: colours as masks. */
  @Override
  public Outputs.Layer example(PixelFeatures features) {
    List<PixelFeatures.Level> twice =
        features.memory().stream()
            .map(
                level ->
                    new PixelFeatures.Level(
                        Tensor.concat(0, level.tokens(), level.tokens()),
                        level.height(),
                        level.width()))
            .toList();
    Tensor maps = features.maskFeatures();
    PixelFeatures canvases = new PixelFeatures(Tensor.concat(0, maps, maps), twice, 2);
    Tensor seen = engine().full(DType.BOOL, 0, 1, twice.get(0).tokens().size(1));
    return new Outputs.Layer(Optional.empty(), paint(canvases, seen, Meaning.CLASSES).unsqueeze(2));
  }

  @Override
  public int queries() {
    return classes.size();
  }

  /**
   * Always refuses.
   *
   * @throws IllegalStateException as there is no answer without an example
   */
  @Override
  public Outputs forward(PixelFeatures features) {
    throw new IllegalStateException(
        "model: expected an example with the picture, as the mask decoder in-context has no classes"
            + " of its own, got a picture alone");
  }

  /**
   * Always refuses.
   *
   * @throws IllegalStateException as there is no answer without an example
   */
  @Override
  public Outputs predict(PixelFeatures features) {
    return forward(features);
  }

  /**
   * Paints canvases, each for itself.
   *
   * @param canvases features of B clips of two frames: photographs, then what was painted of them;
   *     each a picture above another of the same size
   * @param hidden bool [B,S] or [1,S]: the patches of the painted frame that are not seen, row by
   *     row
   * @param meaning of the colours; means nothing without type tokens
   * @return [B,3,H,W] normalised colours, of the whole canvases, hidden or not
   * @throws IllegalArgumentException if shapes do not fit
   */
  public Tensor paint(PixelFeatures canvases, Tensor hidden, Meaning meaning) {
    return paint(canvases, hidden, meaning, false);
  }

  /**
   * Paints one picture by B examples, each above it in a canvas of its own: what attention gives
   * the picture's patches is averaged over the examples in each block. All B results are equal in
   * their lower halves, but for nothing.
   *
   * @return as {@link #paint(PixelFeatures, Tensor, Meaning)}
   */
  public Tensor paintTogether(PixelFeatures canvases, Tensor hidden, Meaning meaning) {
    return paint(canvases, hidden, meaning, true);
  }

  private Tensor paint(PixelFeatures canvases, Tensor hidden, Meaning meaning, boolean together) {
    PixelFeatures.Level patches = canvases.memory().get(0);
    requireCanvases(canvases, patches, hidden);
    return engine()
        .tidy(
            scope -> {
              List<Tensor> features = new ArrayList<>();
              Tensor tokens = streams(canvases, patches, hidden, meaning); // x, then y: [2B,S,C]
              TokenEncoder.Blocks blocks = encoder.over(0, patches.height(), patches.width());
              int last = settings.features().get(settings.features().size() - 1);
              for (int b = 0; b <= last; b++) {
                int streams = b <= settings.mergeAfter() ? 2 : 1;
                UnaryOperator<Tensor> attended =
                    together ? x -> shared(x, streams) : UnaryOperator.identity();
                tokens = blocks.run(b, tokens, null, attended);
                if (b == settings.mergeAfter()) {
                  long half = tokens.size(0) / 2;
                  tokens = tokens.slice(0, 0, half).add(tokens.slice(0, half, 2 * half)).mul(0.5);
                }
                if (settings.features().contains(b)) {
                  features.add(encoder.normalized(tokens));
                }
              }
              return colours(Tensor.concat(2, features.toArray(Tensor[]::new)), patches);
            });
  }

  private void requireCanvases(PixelFeatures canvases, PixelFeatures.Level patches, Tensor hidden) {
    long count = patches.tokens().size(1);
    boolean fits =
        canvases.frames() == 2
            && patches.height() % 2 == 0
            && hidden.rank() == 2
            && hidden.dtype() == DType.BOOL
            && hidden.size(1) == count
            && (hidden.size(0) == 1 || hidden.size(0) == canvases.clips());
    if (!fits) {
      throw new IllegalArgumentException(
          "in-context: expected canvases of two frames and an even number of rows of patches, and hidden bool [%d,%d] or [1,%d], got %d frames, %d rows and %s"
              .formatted(
                  canvases.clips(), count, count, canvases.frames(), patches.height(), hidden));
    }
  }

  private Tensor streams(
      PixelFeatures canvases, PixelFeatures.Level patches, Tensor hidden, Meaning meaning) {
    Tensor tokens = patches.tokens();
    long count = tokens.size(1);
    long channels = tokens.size(2);
    Tensor frames = tokens.reshape(canvases.clips(), 2, count, channels);
    Tensor positions = encoder.positions(patches.height(), patches.width());
    Tensor unseen = positions.add(maskToken.tensor().squeeze(0));
    Tensor painted = hidden.unsqueeze(2).where(unseen, frames.select(1, 1));
    Tensor x = frames.select(1, 0).add(pictureToken.tensor().squeeze(0));
    Tensor y = painted.add(targetToken.tensor().squeeze(0));
    Tensor both = Tensor.concat(0, x, y);
    if (!settings.typeTokens()) {
      return both;
    }
    Parameter type =
        switch (meaning) {
          case CLASSES -> classesToken;
          case OBJECTS -> objectsToken;
        };
    return both.add(type.tensor().squeeze(0));
  }

  /** Lower halves [streams*B,S/2,C] become the means over the examples of a stream. */
  private static Tensor shared(Tensor attended, int streams) {
    long half = attended.size(1) / 2;
    long channels = attended.size(2);
    long examples = attended.size(0) / streams;
    Tensor lower =
        attended
            .slice(1, half, 2 * half)
            .reshape(streams, examples, half, channels)
            .mean(1)
            .unsqueeze(1)
            .expand(streams, examples, half, channels)
            .reshape(attended.size(0), half, channels);
    return Tensor.concat(1, attended.slice(1, 0, half), lower);
  }

  /** Joined features [B,S,n*C] to [B,3,H,W]. */
  private Tensor colours(Tensor features, PixelFeatures.Level patches) {
    long patch = encoder.patch();
    long channels = settings.paintChannels();
    Tensor map =
        embed
            .forward(features, Activation.NONE)
            .reshape(-1, patches.height(), patches.width(), patch, patch, channels)
            .permute(0, 5, 1, 3, 2, 4)
            .reshape(-1, channels, patches.height() * patch, patches.width() * patch);
    return paint.forward(map);
  }
}
