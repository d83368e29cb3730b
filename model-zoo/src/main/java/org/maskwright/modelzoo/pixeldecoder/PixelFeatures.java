package org.maskwright.modelzoo.pixeldecoder;

import java.util.List;
import org.maskwright.engine.tensor.Tensor;

/**
 * What a pixel decoder makes.
 *
 * @param maskFeatures [B,D,h,w] of the size of the backbone's finest map: a mask is its product
 *     with a query's embedding
 * @param memory what queries attend to, coarsest level first
 */
public record PixelFeatures(Tensor maskFeatures, List<Level> memory) {
  /** Copies the list. */
  public PixelFeatures {
    memory = List.copyOf(memory);
  }

  /**
   * One level of the memory.
   *
   * @param tokens [B,S,C] with S = height * width, row by row
   * @param height rows
   * @param width columns
   */
  public record Level(Tensor tokens, int height, int width) {}
}
