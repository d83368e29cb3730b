package org.maskwright.modelzoo.pixeldecoder;

import java.util.List;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.settings.VariantsOf;

/** Describes a pixel decoder: the settings record of a {@link PixelDecoderPart}. */
@VariantsOf(PixelDecoderPart.class)
public interface PixelDecoderConfig {
  /** Groups of every group normalisation; hence the multiple that a model's width must be. */
  int NORM_GROUPS = 32;

  /**
   * The pixel decoder with fresh initial values.
   *
   * @param inChannels of the backbone's four maps, finest first
   * @param channels C, its width
   * @param maskDim width of the mask features
   */
  PixelDecoder build(Engine engine, List<Integer> inChannels, int channels, int maskDim);

  /** Levels of the memory that queries attend to. */
  int memoryLevels();

  /** Whether it takes a transformer's tokens in place of maps of four sizes. */
  default boolean takesTokens() {
    return false;
  }

  /** Whether it takes one map in place of four. */
  default boolean takesOneMap() {
    return false;
  }

  /** Whether its memory is what a mask decoder that takes prompts is asked about. */
  default boolean isForPrompts() {
    return false;
  }

  /** Whether it leaves the backbone's maps to a decoder for pretraining. */
  default boolean isForPretext() {
    return false;
  }

  /** Attention heads; 1 where there is no attention. */
  default int heads() {
    return 1;
  }
}
