package org.maskwright.modelzoo.decoder;

import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.head.FixedClassHead;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/**
 * MaskFormer's second baseline (PerPixelBaseline+): {@link DetrDecoder} with one query for each
 * class and no class head, so that a query's mask logits are its class's scores of each pixel.
 * Semantic results only.
 */
public final class PerPixelPlusPart implements DecoderPart {
  @Override
  public String name() {
    return "per-pixel-plus";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param layers decoder layers
   * @param heads attention heads
   * @param feedforwardDim hidden width of the layers' MLPs
   * @param dropout probability in the layers
   */
  public record Settings(
      @Doc("Decoder layers.") int layers,
      @Doc("Attention heads; divide hidden-dim.") int heads,
      @Doc("Hidden width of the layers' MLPs.") int feedforwardDim,
      @Doc("Dropout probability, in [0,1).") double dropout)
      implements DecoderConfig {
    /** Checks the ranges. */
    public Settings {
      forClasses(1, layers, heads, feedforwardDim, dropout);
    }

    /** The decoder for K classes. */
    public DetrPart.Settings forClasses(int classes) {
      return forClasses(classes, layers, heads, feedforwardDim, dropout);
    }

    private static DetrPart.Settings forClasses(
        int classes, int layers, int heads, int feedforwardDim, double dropout) {
      return new DetrPart.Settings(classes, layers, heads, feedforwardDim, dropout);
    }

    @Override
    public MaskDecoder build(
        Engine engine,
        Backbone backbone,
        int memoryChannels,
        int channels,
        int maskDim,
        ClassHeads classHeads) {
      DetrPart.Settings detr = forClasses(classHeads.space().size());
      FixedClassHead head = new FixedClassHead(engine, classHeads.space());
      return new DetrDecoder(engine, memoryChannels, channels, maskDim, detr, head);
    }

    @Override
    public boolean hasClassHead() {
      return false;
    }

    @Override
    public String criterion() {
      return "per-pixel";
    }

    @Override
    public int memoryLevels() {
      return 1;
    }

    @Override
    public boolean classifiesPixels() {
      return true;
    }
  }

  @Override
  public Optional<Deduced> deduce(StateDict state, int memoryLevels, int heads) {
    if (memoryLevels != 1
        || !state.contains(DetrPart.QUERIES)
        || state.contains(DetrPart.CLASSES)) {
      return Optional.empty();
    }
    DetrPart.Settings detr = DetrPart.settings(state, heads);
    return Optional.of(
        new Deduced(
            new Settings(detr.layers(), detr.heads(), detr.feedforwardDim(), detr.dropout()),
            detr.queries()));
  }
}
