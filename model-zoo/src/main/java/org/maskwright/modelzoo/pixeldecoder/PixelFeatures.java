package org.maskwright.modelzoo.pixeldecoder;

import java.util.List;
import org.maskwright.engine.tensor.Tensor;

/**
 * What a pixel decoder makes of the B*T frames of B clips, clip by clip and frame by frame; a
 * photograph is a clip of one frame.
 *
 * @param maskFeatures [B*T,D,h,w] of the size of the backbone's finest map: a mask is its product
 *     with a query's embedding
 * @param memory what queries attend to, coarsest level first
 * @param frames T
 */
public record PixelFeatures(Tensor maskFeatures, List<Level> memory, int frames) {
  /** Copies the list; checks that the frames are those of whole clips. */
  public PixelFeatures {
    memory = List.copyOf(memory);
    if (frames < 1 || maskFeatures.size(0) % frames != 0) {
      throw new IllegalArgumentException(
          "pixel features: expected whole clips of %d frames, got mask features %s"
              .formatted(frames, maskFeatures));
    }
  }

  /** Of photographs. */
  public PixelFeatures(Tensor maskFeatures, List<Level> memory) {
    this(maskFeatures, memory, 1);
  }

  /**
   * One level of the memory.
   *
   * @param tokens [B*T,S,C] with S = height * width, row by row
   * @param height rows
   * @param width columns
   */
  public record Level(Tensor tokens, int height, int width) {
    /** A map [B*T,C,h,w] as it is. */
    static Level of(Tensor map) {
      return new Level(Projections.tokens(map), map.intSize(2), map.intSize(3));
    }
  }

  /** The same, of clips of so many frames. */
  public PixelFeatures ofClips(int frames) {
    return new PixelFeatures(maskFeatures, memory, frames);
  }

  /** B, the number of clips. */
  public int clips() {
    return maskFeatures.intSize(0) / frames;
  }

  /** Tokens of a level, the frames of a clip in a row: [B,T*S,C]. */
  public Tensor clipTokens(Level level) {
    Tensor tokens = level.tokens();
    return frames == 1 ? tokens : tokens.reshape(clips(), frames * tokens.size(1), tokens.size(2));
  }

  /** Maps [B*T,D,h,w] as those of clips: [B,D,T,h,w]. */
  public Tensor clipMaps(Tensor maps) {
    return frames == 1
        ? maps.unsqueeze(2)
        : maps.reshape(clips(), frames, maps.size(1), maps.size(2), maps.size(3)).transpose(1, 2);
  }
}
