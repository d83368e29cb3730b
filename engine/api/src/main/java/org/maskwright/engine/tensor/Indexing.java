package org.maskwright.engine.tensor;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.Shapes;

/**
 * Gathering and its adjoints. The index's values are on the device: only the backend can check that
 * they lie on the axis.
 */
final class Indexing {
  private Indexing() {}

  private static void requireIndex(String op, Tensor index) {
    if (index.dtype() != DType.INT64) {
      throw new IllegalArgumentException(
          op + ": expected an int64 index, got " + index + "; cast(DType.INT64) first");
    }
  }

  static Tensor gather(Tensor x, int dim, Tensor index) {
    Engine engine = Pointwise.sameEngine("gather", x, index);
    requireIndex("gather", index);
    int d = Axes.axis("gather", dim, x.rank());
    boolean fits = index.rank() == x.rank();
    for (int i = 0; fits && i < x.rank(); i++) {
      fits = i == d || index.size(i) <= x.size(i);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "gather: expected an index of rank "
              + x.rank()
              + ", not larger than "
              + x
              + " but along axis "
              + dim
              + ", got "
              + index);
    }
    Tensor y =
        engine.result(
            engine.backend().gather(x.array(), d, index.array()), x.dtype(), index.shapeArray());
    return y.record(
        "gather",
        new Tensor[] {x},
        node -> {
          Tensor si = node.save(index);
          return g ->
              Pointwise.one(scatterAdd(engine.full(g.dtype(), 0, x.shapeArray()), d, si, g));
        });
  }

  static Tensor scatterAdd(Tensor base, int dim, Tensor index, Tensor source) {
    Engine engine = base.engine();
    return engine.result(
        engine.backend().scatterAdd(base.array(), dim, index.array(), source.array()),
        base.dtype(),
        base.shapeArray());
  }

  static Tensor indexSelect(Tensor x, int dim, Tensor index) {
    Engine engine = Pointwise.sameEngine("indexSelect", x, index);
    requireIndex("indexSelect", index);
    if (index.rank() != 1) {
      throw new IllegalArgumentException("indexSelect: expected an index of rank 1, got " + index);
    }
    int d = Axes.axis("indexSelect", dim, x.rank());
    Tensor y =
        engine.result(
            engine.backend().indexSelect(x.array(), d, index.array()),
            x.dtype(),
            Shapes.with(x.shapeArray(), d, index.size(0)));
    return y.record(
        "indexSelect",
        new Tensor[] {x},
        node -> {
          Tensor si = node.save(index);
          return g -> {
            Tensor zeros = engine.full(g.dtype(), 0, x.shapeArray());
            return Pointwise.one(
                engine.result(
                    engine.backend().indexAdd(zeros.array(), d, si.array(), g.array()),
                    g.dtype(),
                    x.shapeArray()));
          };
        });
  }
}
