package org.maskwright.modelzoo.pixeldecoder;

import static org.maskwright.modelzoo.part.Ranges.requireCount;
import static org.maskwright.modelzoo.part.Ranges.requireLayers;
import static org.maskwright.modelzoo.part.Ranges.requireRate;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/**
 * Multi-scale deformable attention (Mask2Former) over strides 8, 16 and 32; computed by {@link
 * DeformablePixelDecoder}. Of its heads and points weights show the product alone: four points are
 * taken for granted, as the official code and Transformers do.
 */
public final class DeformablePart implements PixelDecoderPart {
  /** Of each head and level, in every published model. */
  public static final int PUBLISHED_POINTS = 4;

  private static final int LEVELS = 3;
  private static final String FIRST = PREFIX + "transformer.encoder.layers.0.";
  private static final String WEIGHTS = FIRST + "self_attn.attention_weights.weight";

  @Override
  public String name() {
    return "deformable";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param layers encoder layers
   * @param heads attention heads; divide hiddenDim
   * @param points sampled points per head and level
   * @param feedforwardDim hidden width of the layers' MLPs
   * @param dropout probability in the layers
   */
  public record Settings(
      @Doc("Encoder layers.") int layers,
      @Doc("Attention heads; divide hidden-dim.") int heads,
      @Doc("Sampled points of a head and level.") int points,
      @Doc("Hidden width of the layers' MLPs.") int feedforwardDim,
      @Doc("Dropout probability, in [0,1).") double dropout)
      implements PixelDecoderConfig {
    /** Checks the ranges. */
    public Settings {
      requireLayers(layers, heads, feedforwardDim);
      requireRate("dropout", dropout);
      requireCount("points", points);
    }

    @Override
    public PixelDecoder build(Engine engine, List<Integer> inChannels, int channels, int maskDim) {
      return new DeformablePixelDecoder(engine, inChannels, channels, maskDim, this);
    }

    @Override
    public int memoryLevels() {
      return LEVELS;
    }
  }

  static boolean isOne(StateDict state) {
    return state.contains(WEIGHTS);
  }

  @Override
  public Optional<PixelDecoderConfig> deduce(StateDict state, int heads) {
    int layers = TransformerFpnPart.layers(state);
    if (layers == 0 || !isOne(state)) {
      return Optional.empty();
    }
    int shown = shownHeads(state);
    if (shown != heads) {
      throw new CheckpointException(
          "the pixel decoder's weights are of %d heads with %d points each, expected %d heads"
              .formatted(shown, PUBLISHED_POINTS, heads));
    }
    int feedforward = state.size(FIRST + "linear1.weight", 0);
    return Optional.of(new Settings(layers, heads, PUBLISHED_POINTS, feedforward, 0));
  }

  @Override
  public OptionalInt heads(StateDict state) {
    return isOne(state) ? OptionalInt.of(shownHeads(state)) : OptionalInt.empty();
  }

  /** Rows of the attention weights are heads x levels x points. */
  private static int shownHeads(StateDict state) {
    int rows = state.size(WEIGHTS, 0);
    if (rows % (LEVELS * PUBLISHED_POINTS) != 0) {
      throw new CheckpointException(
          "'%s' has %d rows, expected heads x %d levels x %d points"
              .formatted(WEIGHTS, rows, LEVELS, PUBLISHED_POINTS));
    }
    return rows / (LEVELS * PUBLISHED_POINTS);
  }
}
