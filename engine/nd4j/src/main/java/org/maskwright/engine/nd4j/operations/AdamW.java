package org.maskwright.engine.nd4j.operations;

import org.maskwright.engine.array.AdamWStep;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** {@link AdamWStep} in whole-array operations; ND4J's adam_updater has no weight decay. */
final class AdamW {
  private AdamW() {}

  static void step(Work work, INDArray p, INDArray grad, INDArray m, INDArray v, AdamWStep s) {
    INDArray g = scaled(work, grad, s.gradScale());
    INDArray square = work.run("multiply", g, g);
    m.assign(work.run("add", scaled(work, m, s.beta1()), scaled(work, g, 1 - s.beta1())));
    v.assign(work.run("add", scaled(work, v, s.beta2()), scaled(work, square, 1 - s.beta2())));
    double bias1 = 1 - Math.pow(s.beta1(), s.step());
    double bias2 = 1 - Math.pow(s.beta2(), s.step());
    INDArray root = scaled(work, work.own(Transforms.sqrt(v, true)), 1 / Math.sqrt(bias2));
    INDArray size = work.run("add", root, work.scalar(DataType.FLOAT, s.eps()));
    INDArray change = scaled(work, work.run("divide", m, size), s.lr() / bias1);
    INDArray kept = scaled(work, p, 1 - s.lr() * s.weightDecay());
    p.assign(work.run("subtract", kept, change));
  }

  private static INDArray scaled(Work work, INDArray x, double factor) {
    return work.run("multiply", x, work.scalar(DataType.FLOAT, factor));
  }
}
