package org.maskwright.modelzoo;

import static java.util.function.UnaryOperator.identity;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.backbone.Encoder;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.decoder.MaskDecoder;
import org.maskwright.modelzoo.decoder.QueryDecoder;
import org.maskwright.modelzoo.decoder.QuerySource;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.head.OutOfVocabulary;
import org.maskwright.modelzoo.head.Vocabulary;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoder;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prompt.PromptDecoder;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.LoadReport;
import org.maskwright.modelzoo.weights.WeightMatcher;
import org.maskwright.settings.Registry;

/**
 * A mask-classification model: images to classes and masks of Q queries. Of a model that classifies
 * pixels, Q is the number of classes.
 *
 * <p>Parameter names are those of the official checkpoints: {@code backbone.*}, {@code
 * sem_seg_head.pixel_decoder.*}, {@code sem_seg_head.predictor.*}.
 *
 * <p><b>Source</b> MaskFormer (arXiv 2107.06278), Mask2Former (arXiv 2112.01527).
 *
 * <p><b>Lifecycle</b> {@link #close()} frees the parameters. Run it inside a scope; in training the
 * scope also owns the recorded graph. <b>Threads</b> one at a time.
 */
public final class SegmentationModel extends Module {
  private static final String BACKBONE = "backbone";
  private final ModelConfig config;
  private final int inputs;
  private final Backbone backbone;
  private final Head head;
  private final Optional<WordSpace> words;
  private Function<Tensor, List<Tensor>> maps; // pixels to the backbone's maps
  private Function<Tensor, List<Tensor>> encoding; // pixels to the encoder's features

  /** Puts parts together; {@link SegmentationModels#build} chooses them. */
  SegmentationModel(
      ModelConfig config,
      int inputs,
      Backbone backbone,
      PixelDecoder pixelDecoder,
      MaskDecoder decoder) {
    super(backbone.engine());
    this.config = config;
    this.inputs = inputs;
    this.backbone = child(BACKBONE, backbone);
    this.maps = backbone::forward;
    this.encoding = pixels -> backbone.encoder().encode(pixels);
    this.words = backbone.wordSpace();
    this.head = child("sem_seg_head", new Head(pixelDecoder, decoder));
    decoder.classHead().flatMap(ClassHead::outOfVocabulary).ifPresent(this::requireWords);
  }

  private void requireWords(OutOfVocabulary asked) {
    String expected =
        "model.class-head.words.out-of-vocabulary: expected a backbone that knows words, as CLIP's"
            + " image encoders do, of width "
            + asked.width();
    if (words.isEmpty()) {
      throw new IllegalArgumentException(
          "%s, got %s; set both weights to 0"
              .formatted(expected, Registry.of(BackbonePart.class).of(config.backbone()).name()));
    }
    if (words.get().width() != asked.width()) {
      throw new IllegalArgumentException(
          "%s as the text bank's, got one of width %d; the bank is of another model's text encoder"
              .formatted(expected, words.get().width()));
    }
  }

  /** Groups the two decoders under the name that the official checkpoints give them. */
  private static final class Head extends Module {
    private final PixelDecoder pixelDecoder;
    private final MaskDecoder predictor;

    Head(PixelDecoder pixelDecoder, MaskDecoder predictor) {
      super(predictor.engine());
      this.pixelDecoder = child("pixel_decoder", pixelDecoder);
      this.predictor = child("predictor", predictor);
    }
  }

  /** What this model was built from. */
  public ModelConfig config() {
    return config;
  }

  /** C, the channels of the pictures that it takes. */
  public int inputs() {
    return inputs;
  }

  /** The classes of the logits. */
  public ClassSpace classSpace() {
    return head.predictor.classSpace();
  }

  /** Q, or the number of outputs per image. */
  public int queries() {
    return head.predictor.queries();
  }

  /** The backbone. */
  public Backbone backbone() {
    return backbone;
  }

  /** What the backbone's encoder reads, by the names in the model. */
  public Map<String, Parameter> encoderState() {
    Map<String, Parameter> out = new LinkedHashMap<>();
    backbone.encoder().state().forEach((name, p) -> out.put(BACKBONE + "." + name, p));
    return out;
  }

  /**
   * From now on has the features of images from elsewhere, in place of the backbone's encoder.
   *
   * @param encoding gives what {@link Encoder#encode} would, such as a frozen encoder that keeps it
   */
  public void encodeBy(Function<Tensor, List<Tensor>> encoding) {
    Encoder encoder = backbone.encoder();
    this.encoding = encoding;
    maps = pixels -> encoder.maps(encoding.apply(pixels));
  }

  /**
   * Speaks other classes from now on, until that is closed: results, {@link #classSpace} and class
   * logits are of these. A linear class head speaks some of its own classes, a head of words any
   * that have vectors in a bank.
   *
   * <pre>{@code
   * try (var spoken = model.speak(Vocabulary.parse("crate, boat|ship", ""), Optional.of(bank))) {
   *   Outputs outputs = model.predict(pixels);
   * }
   * }</pre>
   *
   * @param bank with the words of the classes; empty: the model's own classes, and what it finds in
   *     the bank that it was made of, if that is still there
   * @throws IllegalArgumentException if the model cannot tell them apart
   * @throws org.maskwright.modelzoo.weights.CheckpointException if the bank is of another text
   *     encoder, or lacks words
   */
  public ClassHead.Speaking speak(Vocabulary classes, Optional<TextBank> bank) {
    return head.predictor
        .classHead()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "classes: a model with the mask decoder %s knows its own alone"
                        .formatted(decoderName())))
        .speak(classes, bank);
  }

  /** The pixel decoder. */
  public PixelDecoder pixelDecoder() {
    return head.pixelDecoder;
  }

  /** The mask decoder. */
  public MaskDecoder decoder() {
    return head.predictor;
  }

  /** A side of an image after padding to {@link ModelConfig#sizeDivisibility}. */
  public int paddedSize(int size) {
    return ModelConfig.paddedSize(size, config.sizeDivisibility());
  }

  /**
   * Outputs of all decoder layers.
   *
   * <p><b>Shapes</b> pixels [B,C,H,W] float32, normalised; padded right and bottom with 0 to {@link
   * #paddedSize}; mask logits are of the size of the backbone's finest map, at stride 4 of the
   * padded size, unless {@link BackboneConfig#finestStride} says another
   *
   * @throws IllegalArgumentException if pixels has another rank or number of channels, or no pixel
   */
  public Outputs forward(Tensor pixels) {
    return forward(pixels, 1);
  }

  /**
   * As {@link #forward(Tensor)} of clips.
   *
   * <p><b>Shapes</b> pixels [B*T,C,H,W], clip by clip and frame by frame; class logits [B,Q,K+1],
   * mask logits [B,Q,T,h,w]
   *
   * @param frames T; above 1 for a decoder that {@link
   *     org.maskwright.modelzoo.decoder.DecoderConfig#takesClips takes clips}
   * @throws IllegalArgumentException if the decoder takes none, or the pixels are not those of
   *     whole clips
   */
  public Outputs forward(Tensor pixels, int frames) {
    return run(() -> padded(pixels), frames, head.predictor::forward, identity());
  }

  /**
   * As {@link #forward} without the padding: the network sees the pixels as they are, and mask
   * logits are at the same stride of them, rounded up. For comparing with other implementations,
   * which pad outside the network.
   */
  public Outputs forwardUnpadded(Tensor pixels) {
    return run(() -> checked(pixels), 1, head.predictor::forward, identity());
  }

  /**
   * Outputs of the last decoder layer alone: what inference needs, for less time and memory than
   * {@link #forward}.
   */
  public Outputs predict(Tensor pixels) {
    return predict(pixels, 1);
  }

  /** As {@link #predict(Tensor)} of clips; see {@link #forward(Tensor, int)}. */
  public Outputs predict(Tensor pixels, int frames) {
    return run(() -> padded(pixels), frames, head.predictor::predict, Outputs::answer);
  }

  /**
   * As {@link #predict(Tensor, int)} with given queries.
   *
   * @throws IllegalArgumentException if the decoder's queries attend to nothing, so that it takes
   *     none
   */
  public Outputs predict(Tensor pixels, int frames, QueryEdit queries) {
    if (!(head.predictor instanceof QueryDecoder decoder)) {
      throw new IllegalArgumentException(
          "model: expected a mask decoder that takes queries, got " + decoderName());
    }
    return run(
        () -> padded(pixels),
        frames,
        f -> decoder.predict(f, g -> queries.of(decoder.learned().queries(g))),
        Outputs::answer);
  }

  /** What becomes of the learned queries before they are decoded. */
  @FunctionalInterface
  public interface QueryEdit {
    /** Other queries for those that the decoder has learned. */
    QuerySource.Queries of(QuerySource.Queries learned);
  }

  /**
   * What the mask decoder gets of images: of a decoder that answers prompts or examples all it
   * needs, for any number of answers. Its tensors are the caller's scope's.
   *
   * <p><b>Shapes</b> pixels as for {@link #forward(Tensor)}
   */
  public PixelFeatures features(Tensor pixels) {
    return pixelFeatures(() -> maps.apply(padded(pixels)));
  }

  /**
   * The mask decoder of a model that answers prompts.
   *
   * @throws IllegalArgumentException if it is a model of another kind
   */
  public PromptDecoder promptDecoder() {
    if (head.predictor instanceof PromptDecoder decoder) {
      return decoder;
    }
    throw new IllegalArgumentException(
        "model: expected the mask decoder prompts, which answers points and boxes, got "
            + decoderName());
  }

  private String decoderName() {
    return Registry.of(DecoderPart.class).of(config.decoder()).name();
  }

  private Outputs run(
      Supplier<Tensor> input,
      int frames,
      Function<PixelFeatures, Outputs> decode,
      UnaryOperator<Outputs> finish) {
    if (frames > 1 && !config.decoder().takesClips()) {
      throw new IllegalArgumentException(
          "model: expected single frames, as the mask decoder %s takes no clips, got clips of %d frames"
              .formatted(decoderName(), frames));
    }
    try (Scope scope = engine().scope()) {
      Outputs predictions =
          finish.apply(
              asked(frames)
                  .map(opinion -> asking(opinion, input.get(), decode))
                  .orElseGet(
                      () ->
                          decode.apply(
                              pixelFeatures(() -> maps.apply(input.get())).ofClips(frames))));
      predictions.tensors().forEach(scope::keep);
      return predictions;
    }
  }

  /** Who else is asked about a query's class: at inference, about photographs. */
  private Optional<OutOfVocabulary> asked(int frames) {
    return isTraining() || frames > 1
        ? Optional.empty()
        : head.predictor.classHead().flatMap(ClassHead::outOfVocabulary);
  }

  private Outputs asking(
      OutOfVocabulary opinion, Tensor input, Function<PixelFeatures, Outputs> decode) {
    List<Tensor> features = encoding.apply(input);
    PixelFeatures decoded = pixelFeatures(() -> backbone.encoder().maps(features));
    return decode.apply(decoded).with(new RegionWords(opinion, words.orElseThrow(), features));
  }

  /** In a scope of its own: without a graph the backbone's maps are freed before decoding. */
  private PixelFeatures pixelFeatures(Supplier<List<Tensor>> given) {
    try (Scope scope = engine().scope()) {
      PixelFeatures features = head.pixelDecoder.forward(given.get());
      scope.keep(features.maskFeatures());
      features.memory().forEach(level -> scope.keep(level.tokens()));
      return features;
    }
  }

  /**
   * Takes over a checkpoint's values as far as the policy allows. Those of a related backbone are
   * made for this one where that is how its kind does it ({@link BackboneConfig#fitted}).
   *
   * @return every key and what became of it
   * @throws org.maskwright.modelzoo.weights.CheckpointException if the policy refuses what was
   *     found; the model is unchanged then
   */
  public LoadReport load(ImportedWeights weights, LoadPolicy policy) {
    weights.requireComputedAs(
        config.backbone().unseen(), Registry.of(BackbonePart.class).of(config.backbone()).name());
    Map<String, Parameter> state = new LinkedHashMap<>(state());
    Set<Parameter> given = head.predictor.classHead().map(ClassHead::given).orElse(Set.of());
    Set<String> kept = new HashSet<>();
    state.forEach((name, p) -> kept.addAll(given.contains(p) ? Set.of(name) : Set.of()));
    state.keySet().removeAll(kept);
    Map<String, long[]> shapes = new LinkedHashMap<>();
    state.forEach((name, p) -> shapes.put(name, p.shape()));
    Map<String, HostTensor> fitted =
        policy.scope() == LoadPolicy.Scope.BACKBONE
            ? config.backbone().fitted(weights.state())
            : Map.of();
    WeightMatcher.Matched matched =
        WeightMatcher.match(weights.with(fitted).without(kept), shapes, policy);
    matched.weights().asMap().forEach((name, value) -> set(state.get(name), value));
    return matched.report().withFitted(weights.state(), fitted);
  }

  private void set(Parameter parameter, HostTensor value) {
    if (value.hasShape(parameter.shape())) {
      parameter.set(value.floats());
      return;
    }
    // The first rows of a longer table: the others keep their values.
    try (Scope scope = engine().scope()) {
      Tensor given = engine().floats(value.toFloatArray(), value.shape());
      Tensor rest = parameter.tensor().detach().slice(0, value.shape()[0], parameter.shape()[0]);
      parameter.set(Tensor.concat(0, given, rest));
    }
  }

  private Tensor checked(Tensor pixels) {
    if (pixels.rank() != 4 || pixels.size(1) != inputs || pixels.numel() == 0) {
      throw new IllegalArgumentException(
          "model: expected pixels [B,%d,H,W] with at least one pixel, got %s"
              .formatted(inputs, pixels));
    }
    return pixels;
  }

  private Tensor padded(Tensor pixels) {
    int height = checked(pixels).intSize(2);
    int width = pixels.intSize(3);
    long[] after = {0, 0, paddedSize(height) - (long) height, paddedSize(width) - (long) width};
    return pixels.pad(new long[4], after, 0);
  }
}
