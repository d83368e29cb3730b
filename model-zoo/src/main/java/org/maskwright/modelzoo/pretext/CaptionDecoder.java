package org.maskwright.modelzoo.pretext;

import java.util.List;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.nn.BatchNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.WordProjection;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.decoder.PretextDecoder;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.text.ClipTokenizer;
import org.maskwright.modelzoo.text.TextSizes;
import org.maskwright.modelzoo.text.TextTransformer;

/**
 * What CLIP has besides the image encoder: where pictures lie among captions. A backbone that knows
 * a way to a space of words of its own keeps it, and what is learnt stays with the backbone; of
 * another the mean of the last map is projected here. For SLIP an MLP that two views of a picture
 * are compared behind.
 *
 * <p>Names: {@code text.*} ({@link TextTransformer}), {@code logit_scale}, {@code image.proj} of a
 * backbone without words, {@code views.*} of SLIP's MLP.
 *
 * <p><b>Source</b> CLIP (arXiv 2103.00020), section 2; SLIP (arXiv 2112.12750), section 3
 */
public final class CaptionDecoder extends PretextDecoder {
  /** What the names of the text transformer's weights start with. */
  public static final String TEXT = "text";

  /** The name of the logarithm of the scale. */
  public static final String SCALE = "logit_scale";

  /** The logarithm of the largest scale, 100, as the published code has it. */
  private static final double LARGEST = 4.6052;

  private final CaptionPart.Settings settings;
  private final ClipTokenizer tokenizer;
  private final TextTransformer text;
  private final Parameter logitScale;
  private final WordSpace images;
  private final Views views;

  /**
   * With fresh initial values.
   *
   * @throws IllegalArgumentException if the backbone's space of words is of another width
   */
  CaptionDecoder(
      Engine engine, Backbone backbone, CaptionPart.Settings settings, ClassSpace classes) {
    super(engine, CaptionPart.NAME, classes);
    this.settings = settings;
    tokenizer = settings.tokenizer();
    int width = settings.embedding();
    images = backbone.wordSpace().orElseGet(() -> child("image", ofMean(engine, backbone, width)));
    if (images.width() != width) {
      throw new IllegalArgumentException(
          "decoder.captions.embedding: expected the width of the backbone's space of words, %d, got %d"
              .formatted(images.width(), width));
    }
    text = child(TEXT, new TextTransformer(engine, settings.sizes()));
    logitScale = parameter(SCALE, engine.scalar(Math.log(1 / settings.temperature())));
    views =
        settings.viewHidden() > 0
            ? child("views", new Views(engine, images.pooledWidth(), settings))
            : null;
  }

  private static WordProjection ofMean(Engine engine, Backbone backbone, int width) {
    List<Integer> channels = backbone.channels();
    int last = channels.get(channels.size() - 1);
    return new WordProjection(
        engine,
        new WordProjection.Layers(last, width, 0, false),
        pixels -> {
          List<Tensor> maps = backbone.forward(pixels);
          return maps.get(maps.size() - 1).mean(2, 3);
        });
  }

  /** Three layers with normalisation over the batch between them. */
  private static final class Views extends Module {
    private final Linear first;
    private final BatchNorm firstNorm;
    private final Linear second;
    private final BatchNorm secondNorm;
    private final Linear last;

    Views(Engine engine, int in, CaptionPart.Settings settings) {
      super(engine);
      int hidden = settings.viewHidden();
      first = child("layer1", Linear.of(engine, in, hidden));
      firstNorm = child("bn1", new BatchNorm(engine, hidden));
      second = child("layer2", Linear.of(engine, hidden, hidden));
      secondNorm = child("bn2", new BatchNorm(engine, hidden));
      last = child("layer3", Linear.of(engine, hidden, settings.viewWidth()));
    }

    Tensor forward(Tensor x) {
      Tensor y = rectified(firstNorm, first.forward(x));
      return last.forward(rectified(secondNorm, second.forward(y)));
    }

    /** x [B,C] to the same shape. */
    private static Tensor rectified(BatchNorm norm, Tensor x) {
      Tensor map = x.cast(DType.FLOAT32).reshape(x.size(0), x.size(1), 1, 1);
      return norm.forward(map).flatten(1, 3).relu();
    }
  }

  /** The numbers of texts. */
  public ClipTokenizer tokenizer() {
    return tokenizer;
  }

  /** Sizes of the text transformer. */
  public TextSizes sizes() {
    return text.sizes();
  }

  /** The most tokens of a text; longer ones are cut. */
  public int context() {
    return settings.context();
  }

  /** What is told of whole pictures [B,P], from pixels [B,C,H,W], normalised. */
  public Tensor pooled(Tensor pixels) {
    return images.pooled(pixels);
  }

  /** Where pictures lie: {@link #pooled} [B,P] to vectors [B,D] of length 1, float32. */
  public Tensor pictures(Tensor pooled) {
    return directions(images.projected(pooled));
  }

  /** Where texts lie: vectors [n,D] of length 1, float32; texts longer than the context are cut. */
  public Tensor texts(List<String> texts) {
    return directions(text.forward(tokenizer.encode(texts, context())));
  }

  private Tensor directions(Tensor vectors) {
    try (var float32 = engine().withPrecision(Precision.FP32)) {
      return engine().tidy(scope -> WordSpace.directions(vectors.cast(DType.FLOAT32)));
    }
  }

  /**
   * What views of pictures are compared by: {@link #pooled} [B,P] to vectors [B,V] of length 1,
   * float32; normalised over the batch in training.
   *
   * @throws IllegalStateException if it was built without
   */
  public Tensor views(Tensor pooled) {
    if (views == null) {
      throw new IllegalStateException(
          "captions: expected model.decoder.captions.view-hidden above 0 to compare views");
    }
    return directions(engine().tidy(scope -> views.forward(pooled)));
  }

  /** What cosines are multiplied by, a scalar to be learnt. */
  public Tensor scale() {
    return logitScale.tensor().exp();
  }

  /** Brings the scale back into [1,100], as after each step of the published code. */
  public void clampScale() {
    try (var off = engine().noGrad();
        var scope = engine().scope()) {
      logitScale.set(logitScale.tensor().clamp(0, LARGEST));
    }
  }
}
