package org.maskwright.modelzoo.head;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.text.WordTable;

/**
 * How near vectors are to classes of words: of each class the greatest product with its rows.
 *
 * <p><b>Cost</b> one product [n,D] x [D,K S]
 *
 * @param rows [K,S,D]
 */
record WordScores(Tensor rows) {
  /** Of what cosines are multiplied by, as in CLIP. */
  private static final double LARGEST_SCALE = 100;

  /** D. */
  int width() {
    return rows.intSize(2);
  }

  /** A table as a tensor [K,S,D]. */
  static Tensor tensor(Engine engine, WordTable table) {
    return engine.floats(table.rows(), table.names().size(), table.perClass(), table.width());
  }

  /** What cosines are multiplied by: min(exp(s), 100) of a learnt s, a scalar. */
  static Tensor scale(Parameter logarithm) {
    return logarithm.tensor().exp().clamp(0, LARGEST_SCALE);
  }

  /**
   * In float32, as a scale of 100 takes digits away.
   *
   * @param vectors [B,Q,D], not normalised
   * @return [B,Q,K]
   */
  Tensor of(Tensor vectors) {
    Engine engine = vectors.engine();
    try (var float32 = engine.withPrecision(Precision.FP32)) {
      Tensor unit = WordSpace.directions(vectors.cast(DType.FLOAT32));
      int classes = rows.intSize(0);
      int each = rows.intSize(1);
      Tensor scores = unit.linear(rows.flatten(0, 1), null); // [B,Q,K*S]
      return each == 1
          ? scores
          : scores.reshape(vectors.size(0), vectors.size(1), classes, each).max(3);
    }
  }
}
