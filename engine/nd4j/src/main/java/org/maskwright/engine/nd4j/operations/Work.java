package org.maskwright.engine.nd4j.operations;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.Shapes;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;

/**
 * The arrays of one primitive on the way to its result: all but that are closed at the end. None is
 * made in a workspace of the caller's, which would take it back.
 */
final class Work implements AutoCloseable {
  private static final long[] NO_NUMBERS = {};

  private final Operations operations;
  private final List<INDArray> made = new ArrayList<>();
  private final List<View> views = new ArrayList<>();
  private final MemoryWorkspace outside;
  private final PointerScope pointers; // frees what ND4J makes to hand over settings and shapes

  private record View(INDArray view, INDArray array) {}

  Work(Operations operations) {
    this.operations = operations;
    NativeMemory.prepareThread();
    outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
    pointers = new PointerScope();
  }

  /** The only result of an operation. */
  INDArray run(String operation, INDArray... inputs) {
    return run(operation, NO_NUMBERS, inputs);
  }

  /** The first result of an operation with whole numbers as settings. */
  INDArray run(String operation, long[] settings, INDArray... inputs) {
    return all(operation, settings, inputs)[0];
  }

  /** All results of an operation. */
  INDArray[] all(String operation, long[] settings, INDArray... inputs) {
    DynamicCustomOp op = DynamicCustomOp.builder(operation).addInputs(inputs).build();
    op.addIArgument(settings);
    return run(op);
  }

  /** The result of a reduction that keeps its axes with length 1. */
  INDArray reduced(String operation, INDArray x, long... axes) {
    DynamicCustomOp op = DynamicCustomOp.builder(operation).addInputs(x).build();
    op.addIArgument(axes);
    op.addBArgument(true);
    return run(op)[0];
  }

  /** A copy of base [p,m] to whose rows at positions [n] those of added [n,m] are added. */
  INDArray added(INDArray base, INDArray positions, INDArray added) {
    DynamicCustomOp op =
        DynamicCustomOp.builder("scatter_add").addInputs(base, positions, added).build();
    op.addBArgument(true); // one after another, as two may be of one row
    return run(op)[0];
  }

  private INDArray[] run(DynamicCustomOp op) {
    INDArray[] out = OperationContext.outputs(op);
    made.addAll(Arrays.asList(out));
    operations.run(op, out);
    return out;
  }

  /** Takes over an array that was made otherwise. */
  INDArray own(INDArray array) {
    made.add(array);
    return array;
  }

  /** The same numbers as another type; the array itself if it is of that. */
  INDArray cast(INDArray x, DataType type) {
    if (x.dataType() == type) {
      return x;
    }
    boolean rounded = type == DataType.BFLOAT16 && x.dataType().isFPType();
    return own((rounded ? withOneNaN(x) : x).castTo(type));
  }

  /** ND4J rounds NaNs with many bits, such as that of float16, to -0. */
  private INDArray withOneNaN(INDArray x) {
    return select(isNaN(x), filled(x, Double.NaN), x);
  }

  /** The elements to compute with: bfloat16 and float16 as float32. */
  INDArray wide(OpArray a) {
    return a.dtype().isHalf() ? cast(a.array(), DataType.FLOAT) : a.array();
  }

  /** A number of a type, rank 0. */
  INDArray scalar(DataType type, double value) {
    return own(Nd4j.scalar(type, value));
  }

  /** As another array in type and shape, all elements a number. */
  INDArray filled(INDArray like, Number value) {
    INDArray out = zeros(like);
    NativeMemory.fill(out, value);
    return out;
  }

  /** As another array in type and shape, all elements 0. */
  INDArray zeros(INDArray like) {
    return own(Nd4j.zerosLike(like));
  }

  /** True where an element is NaN. */
  INDArray isNaN(INDArray x) {
    return run("not_equals", x, x);
  }

  /** Of two arrays of one shape and a condition of that shape. */
  INDArray select(INDArray condition, INDArray yes, INDArray no) {
    return run("select", condition, yes, no);
  }

  /** The elements repeated to a shape. */
  INDArray expand(INDArray x, long... shape) {
    if (Arrays.equals(x.shape(), shape)) {
      return x;
    }
    if (shape.length == 0) {
      return reshape(x, shape);
    }
    return run("broadcast_to", x, own(Nd4j.createFromArray(shape)));
  }

  /** The same elements, of an array that an operation gave, in another shape. */
  INDArray reshape(INDArray x, long... shape) {
    INDArray rows = inOrder(x) ? x : dense(x);
    return view(OpArray.shaped(rows, shape), rows);
  }

  /** Dense and in row-major order. */
  private static boolean inOrder(INDArray x) {
    long[] dense = Shapes.strides(x.shape());
    for (int i = 0; i < dense.length; i++) {
      if (x.size(i) > 1 && x.stride(i) != dense[i]) {
        return false;
      }
    }
    return true;
  }

  /** The same elements with the axes in another order. */
  INDArray permute(INDArray x, int... order) {
    return view(x.permute(order), x);
  }

  /** Some of the elements: a range of each axis. */
  INDArray part(INDArray x, INDArrayIndex... ranges) {
    return view(x.get(ranges), x);
  }

  private INDArray view(INDArray view, INDArray array) {
    views.add(new View(view, array));
    return view;
  }

  /** A dense copy of a view. */
  INDArray dense(INDArray view) {
    return own(view.dup('c'));
  }

  /** Hands an array out, as a type and in a shape of as many elements; the work goes on without. */
  OpArray result(INDArray array, DType dtype, long... shape) {
    return operations.owning(handedOut(cast(array, dtype.host())), dtype, shape);
  }

  /** The elements of an array in another shape, as an array that keeps a reference to it. */
  OpArray view(OpArray a, long... shape) {
    return a.view(operations.account(), shape);
  }

  /** Hands an array out, a copy of one that is not this work's; it goes on without. */
  INDArray handedOut(INDArray array) {
    int last = made.size() - 1;
    while (last >= 0 && made.get(last) != array) {
      last--;
    }
    return last >= 0 && inOrder(array) ? made.remove(last) : array.dup('c');
  }

  @Override
  public void close() {
    for (View each : views) {
      NativeMemory.freeView(each.view, each.array);
    }
    for (INDArray each : made) {
      NativeMemory.free(each);
    }
    pointers.close();
    outside.close();
  }
}
