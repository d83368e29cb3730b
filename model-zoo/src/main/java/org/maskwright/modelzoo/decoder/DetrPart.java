package org.maskwright.modelzoo.decoder;

import static org.maskwright.modelzoo.part.Ranges.requireLayers;
import static org.maskwright.modelzoo.part.Ranges.requireRate;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import java.util.Optional;
import java.util.regex.Pattern;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/** MaskFormer: DETR's decoder over one scale; computed by {@link DetrDecoder}. */
public final class DetrPart implements DecoderPart {
  /** Weights of the queries, of this decoder and of Mask2Former's. */
  static final String QUERIES = PREFIX + "query_embed.weight";

  /** Weights of the class head, of this decoder and of Mask2Former's. */
  static final String CLASSES = PREFIX + "class_embed.weight";

  private static final double PUBLISHED_DROPOUT = 0.1;

  @Override
  public String name() {
    return "detr";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param queries Q
   * @param layers decoder layers
   * @param heads attention heads
   * @param feedforwardDim hidden width of the layers' MLPs
   * @param dropout probability in the layers
   */
  public record Settings(
      @Doc("An image can have at most so many objects.") int queries,
      @Doc("Decoder layers.") int layers,
      @Doc("Attention heads; divide hidden-dim.") int heads,
      @Doc("Hidden width of the layers' MLPs.") int feedforwardDim,
      @Doc("Dropout probability, in [0,1).") double dropout)
      implements DecoderConfig {
    /** Checks the ranges. */
    public Settings {
      requireWidth("queries", queries);
      requireLayers(layers, heads, feedforwardDim);
      requireRate("dropout", dropout);
    }

    /** The same decoder with another probability. */
    public Settings withDropout(double other) {
      return new Settings(queries, layers, heads, feedforwardDim, other);
    }

    @Override
    public MaskDecoder build(
        Engine engine,
        Backbone backbone,
        int memoryChannels,
        int channels,
        int maskDim,
        ClassHeads classHeads) {
      ClassHead head = classHeads.of(engine, channels);
      return new DetrDecoder(engine, memoryChannels, channels, maskDim, this, head);
    }

    @Override
    public String criterion() {
      return "dense";
    }

    @Override
    public int memoryLevels() {
      return 1;
    }
  }

  @Override
  public Optional<Deduced> deduce(StateDict state, int memoryLevels, int heads) {
    if (memoryLevels != 1 || !state.contains(QUERIES) || !state.contains(CLASSES)) {
      return Optional.empty();
    }
    return Optional.of(new Deduced(settings(state, heads), state.size(CLASSES, 0) - 1));
  }

  /** What weights show of a decoder of this kind, with a class head or without. */
  static Settings settings(StateDict state, int heads) {
    String layers = PREFIX + "transformer.decoder.layers.";
    return new Settings(
        state.size(QUERIES, 0),
        state.count(Pattern.quote(layers) + "(\\d+)\\.norm1\\.weight"),
        heads,
        state.size(layers + "0.linear1.weight", 0),
        PUBLISHED_DROPOUT);
  }
}
