package org.maskwright.modelzoo.decoder;

import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireCount;
import static org.maskwright.modelzoo.part.Ranges.requireLayers;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.head.ImplicitPointHead;
import org.maskwright.modelzoo.head.Subdivision;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.settings.Doc;

/**
 * Mask2Former's decoder with Implicit PointRend's mask head: the masks that block attention are
 * products as before, the model's answer is functions of the place ({@link ImplicitPointHead}).
 *
 * <p><b>Source</b> Implicit PointRend (arXiv 2104.06404), section 5
 */
public final class ImplicitPointsPart implements DecoderPart {
  private static final int MOST_STEPS = 6;
  private static final int MOST_FINER = 8;

  @Override
  public String name() {
    return "implicit-points";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param queries Q
   */
  public record Settings(
      @Doc("An image can have at most so many objects.") int queries,
      @Doc("Decoder layers that exist.") int layers,
      @Doc("Attention heads; divide hidden-dim.") int heads,
      @Doc("Hidden width of the layers' MLPs.") int feedforwardDim,
      @Doc("Width of the MLP that a query makes for its mask; 256 in the paper.") int pointWidth,
      @Doc("Layers of that MLP, at least 2; 4 in the paper.") int pointLayers,
      @Doc("Channels that mask features are reduced to before it.") int pointFeatures,
      @Doc("Random frequencies of the encoding of places; 128 in the paper.") int frequencies,
      @Doc(
              "Whether a query makes a mask for each class, of which that of its class counts; else"
                  + " one.")
          boolean classSpecific,
      @Doc(
              "Cells of the finest mask along a side for each of the mask features' map, which has"
                  + " stride 4.")
          int finer,
      @Doc("How often the grid of a predicted mask is doubled; 3 in the paper.") int steps,
      @Doc("Points of a mask that are computed again after each doubling; 784 in the paper.")
          int stepPoints)
      implements DecoderConfig {
    /** Checks the ranges. */
    public Settings {
      requireWidth("queries", queries);
      requireLayers(layers, heads, feedforwardDim);
      requireWidth("pointWidth", pointWidth);
      requireWidth("pointFeatures", pointFeatures);
      requireWidth("frequencies", frequencies);
      requireCount("stepPoints", stepPoints);
      require(pointLayers >= 2, "pointLayers", "at least 2", pointLayers);
      require(finer >= 1 && finer <= MOST_FINER, "finer", "1 to " + MOST_FINER, finer);
      require(steps >= 0 && steps <= MOST_STEPS, "steps", "0 to " + MOST_STEPS, steps);
    }

    @Override
    public MaskDecoder build(
        Engine engine,
        Backbone backbone,
        int memoryChannels,
        int channels,
        int maskDim,
        ClassHeads classHeads) {
      int classes = classSpecific ? classHeads.space().size() : 1;
      ImplicitPointHead.Sizes sizes =
          new ImplicitPointHead.Sizes(pointWidth, pointLayers, pointFeatures, frequencies, classes);
      return new MaskedAttentionDecoder(
          engine,
          channels,
          maskDim,
          new MaskedAttentionPart.Settings(queries, layers, heads, feedforwardDim),
          classHeads.of(engine, channels),
          MaskedAttentionDecoder.Kind.PHOTOGRAPHS,
          Optional.of(
              new MaskedAttentionDecoder.PointHead(
                  new ImplicitPointHead(engine, channels, maskDim, sizes),
                  new Subdivision(finer, steps, stepPoints))));
    }

    @Override
    public String criterion() {
      return "points";
    }

    @Override
    public int memoryLevels() {
      return MaskedAttentionPart.LEVELS;
    }

    @Override
    public FamilyRules rules() {
      return FamilyRules.MASK2FORMER;
    }
  }
}
