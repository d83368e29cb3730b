package org.maskwright.modelzoo.encoder;

import java.util.List;
import org.maskwright.engine.tensor.Tensor;

/** How much features take, and what is said when that is all that may be taken. */
final class FeatureBytes {
  private static final int MIB = 1 << 20;

  private FeatureBytes() {}

  static long of(List<Tensor> features) {
    return Float.BYTES * features.stream().mapToLong(Tensor::numel).sum();
  }

  /**
   * @param where as {@code init.frozen-encoder} names it
   */
  static String full(String where, long limit, int views) {
    return "note: the features of %d views take %d MiB, all that init.frozen-encoder.%s.limit allows: those of others are computed each time"
        .formatted(views, limit / MIB, where);
  }
}
