package org.maskwright.trainer.loss;

import java.util.List;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;

/**
 * Outputs without the classes that an image's annotation does not tell apart: their probability is
 * 0, and no gradient reaches their logits. Losses and matching then compare the classes that are
 * known, and no object, among themselves.
 */
final class KnownClasses {
  /** Added to a logit that does not count; after softmax in float32 it is exactly 0. */
  private static final float OUT = -1e4f;

  private KnownClasses() {}

  /** The outputs themselves where every class of every image is known. */
  static Outputs of(Outputs outputs, List<? extends Supervision> targets) {
    if (targets.stream().allMatch(target -> target.labels().complete())) {
      return outputs;
    }
    return new Outputs(
        outputs.layers().stream().map(layer -> of(layer, outputs.maskScores(), targets)).toList(),
        outputs.maskScores(),
        outputs.extras());
  }

  private static Outputs.Layer of(
      Outputs.Layer layer, MaskScores scores, List<? extends Supervision> targets) {
    if (scores == MaskScores.SOFTMAX) { // query k stands for class k
      Tensor masks = layer.maskLogits().cast(DType.FLOAT32);
      int classes = layer.queries();
      Tensor out = excluded(masks, classes, classes, targets).reshape(-1, classes, 1, 1, 1);
      return new Outputs.Layer(layer.classes(), masks.add(out));
    }
    return new Outputs.Layer(
        layer
            .classes()
            .map(c -> c.cast(DType.FLOAT32))
            .map(c -> c.add(excluded(c, c.intSize(2) - 1, c.intSize(2), targets).unsqueeze(1))),
        layer.maskLogits());
  }

  /** [B,n]: of K classes 0 for those that count; 0 for what comes after them, no object. */
  private static Tensor excluded(
      Tensor like, int classes, int n, List<? extends Supervision> targets) {
    float[] out = new float[targets.size() * n];
    for (int b = 0; b < targets.size(); b++) {
      LabelSpace labels = targets.get(b).labels();
      for (int k = 0; k < classes; k++) {
        out[b * n + k] = labels.has(k) ? 0 : OUT;
      }
    }
    return like.engine().floats(out, targets.size(), n);
  }
}
