package org.maskwright.modelzoo.encoder;

import java.util.List;
import java.util.function.Supplier;
import org.maskwright.engine.tensor.Tensor;

/**
 * Keeps the features of images, of one encoder. What it gives is what was computed, to the bit.
 *
 * <p><b>Threads</b> one at a time, that of the encoder.
 */
public interface FeatureStore extends AutoCloseable {
  /** Keeps nothing. */
  FeatureStore NONE = (image, computed) -> computed.get();

  /**
   * The features of an image.
   *
   * @param image [1,C,H,W], as the encoder sees it; the same pixels have the same features
   * @param computed asked if they are not kept; float32, of the scope at hand
   * @return of the scope at hand, or the store's; not to be written to
   */
  List<Tensor> features(Tensor image, Supplier<List<Tensor>> computed);

  /** Frees what is in memory. */
  @Override
  default void close() {}
}
