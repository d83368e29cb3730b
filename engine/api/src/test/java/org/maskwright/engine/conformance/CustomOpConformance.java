package org.maskwright.engine.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.tensor.CustomOp;
import org.maskwright.engine.tensor.OpCall;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;

/** Operations defined outside the engine: the laws of the engine's own hold for them. */
public abstract class CustomOpConformance extends BackendConformance {
  /** For the backend of a name, on the CPU. */
  protected CustomOpConformance(String backend) {
    super(backend);
  }

  /** For the backend of a name on a device. */
  protected CustomOpConformance(String backend, String device) {
    super(backend, device);
  }

  /**
   * x y of one shape, by loops in Java over host memory; the composition is the engine's product.
   */
  private static final class Product implements CustomOp {
    @Override
    public String name() {
      return "product";
    }

    @Override
    public Tensor forward(OpCall call, Tensor... in) {
      FloatBuffer x = call.read(in[0]);
      FloatBuffer y = call.read(in[1]);
      Tensor z = call.engine().zeros(in[0].shape());
      FloatBuffer out = call.write(z);
      if (x == null || y == null || out == null) {
        return null;
      }
      multiply(x, y, out);
      call.save(in[0]);
      call.save(in[1]);
      return z;
    }

    private static void multiply(FloatBuffer x, FloatBuffer y, FloatBuffer out) {
      for (int i = 0; i < out.limit(); i++) {
        out.put(i, x.get(i) * y.get(i));
      }
    }

    @Override
    public Tensor[] backward(OpCall call, Tensor grad) {
      Tensor[] out = new Tensor[2];
      for (int i = 0; i < 2; i++) {
        if (call.needs(i)) {
          out[i] = call.engine().zeros(grad.shape());
          multiply(call.read(grad), call.read(call.saved(1 - i)), call.write(out[i]));
        }
      }
      return out;
    }

    @Override
    public Tensor composed(Tensor... in) {
      return in[0].mul(in[1]);
    }
  }

  /** Gives its first input, with a backward pass under test. */
  private static final class Same implements CustomOp {
    private final BiFunction<OpCall, Tensor, Tensor[]> backward;

    Same(BiFunction<OpCall, Tensor, Tensor[]> backward) {
      this.backward = backward;
    }

    @Override
    public String name() {
      return "same";
    }

    @Override
    public Tensor forward(OpCall call, Tensor... in) {
      call.save(in[0]);
      return in[0];
    }

    @Override
    public Tensor[] backward(OpCall call, Tensor grad) {
      return backward.apply(call, grad);
    }
  }

  /** Whose forward pass is under test; it has no backward pass. */
  private static final class Forward implements CustomOp {
    private final BiFunction<OpCall, Tensor[], Tensor> forward;

    Forward(BiFunction<OpCall, Tensor[], Tensor> forward) {
      this.forward = forward;
    }

    @Override
    public String name() {
      return "forward";
    }

    @Override
    public Tensor forward(OpCall call, Tensor... in) {
      return forward.apply(call, in);
    }
  }

  @Test
  void theDocumentedExampleEqualsLoops() {
    check(
        "cube",
        in -> new Cube().apply(in.get(0)),
        in -> in.get(0).map(x -> x * x * x),
        random(90, 3, 4));
  }

  @Test
  void aKernelOverHostMemoryEqualsItsCompositionAndLoops() {
    for (boolean fused : new boolean[] {true, false}) {
      try (var mode = fused ? engine().withGrad() : engine().withoutFusedKernels()) {
        check(
            fused ? "kernel" : "composition",
            in -> new Product().apply(in.get(0), in.get(1)),
            in ->
                Ref.build(
                    new int[] {3, 4},
                    ix -> in.get(0).at(ix[0], ix[1]) * in.get(1).at(ix[0], ix[1])),
            random(91, 3, 4),
            random(92, 3, 4));
      }
    }
  }

  @Test
  void oneOperationAppliedTwiceKeepsTwoInputs() {
    CustomOp cube = new Cube();
    Tensor x = engine().full(2, 1).variable();
    cube.apply(cube.apply(x)).sum().backward();
    assertArrayEquals(new float[] {9 * 256}, x.grad().toFloats());
  }

  /** Gradients are added up in place only where nobody else can see it. */
  @Test
  void aGradientGivenTwiceOrKeptOutsideIsNotAddedTo() {
    Tensor outside = engine().floats(new float[] {2, 2}, 2);
    List<Function<Tensor, Tensor[]>> backwards =
        List.of(
            grad -> {
              Tensor both = grad.mul(2);
              return new Tensor[] {both, both};
            },
            grad -> {
              Tensor whole = grad.mul(2);
              return new Tensor[] {whole, whole.reshape(2, 1).reshape(2)};
            },
            grad -> new Tensor[] {outside, grad.mul(2)});
    for (Function<Tensor, Tensor[]> backward : backwards) {
      Tensor x = engine().floats(new float[] {1, 1}, 2).variable();
      Tensor y = engine().floats(new float[] {1, 1}, 2).variable();
      Tensor a = x.mul(1);
      Tensor b = y.mul(1);
      Tensor later = a.mul(3); // differentiated after what follows
      Tensor z = new Same((call, grad) -> backward.apply(grad)).apply(a, b);
      z.add(later).sum().backward();
      assertArrayEquals(new float[] {5, 5}, x.grad().toFloats());
      assertArrayEquals(new float[] {2, 2}, y.grad().toFloats());
    }
    assertArrayEquals(new float[] {2, 2}, outside.toFloats());
  }

  @Test
  void whatBackwardReturnsIsChecked() {
    List<BiFunction<OpCall, Tensor, Tensor[]>> wrong =
        List.of(
            (call, g) -> null,
            (call, g) -> new Tensor[] {g, g},
            (call, g) -> new Tensor[] {null},
            (call, g) -> new Tensor[] {g.sum()},
            (call, g) -> new Tensor[] {g.cast(DType.BFLOAT16)});
    String[] expected = {"1 gradients", "got 2", "got null", "float32[2]", "got bfloat16[2]"};
    for (int i = 0; i < expected.length; i++) {
      try (Parameter w = new Parameter(engine().ones(2))) {
        Tensor loss = new Same(wrong.get(i)).apply(w.tensor()).sum();
        String message = assertThrows(IllegalStateException.class, loss::backward).getMessage();
        assertTrue(message.contains("backward of same") && message.contains(expected[i]), message);
        assertNull(w.grad());
      }
    }
  }

  @Test
  void onlyGradientsThatAreWantedAreAskedFor() {
    Tensor x = engine().full(3, 2).variable();
    Tensor constant = engine().full(5, 2);
    new Product().apply(x, constant).sum().backward();
    assertArrayEquals(new float[] {5, 5}, x.grad().toFloats());
    List<Boolean> needs = new ArrayList<>();
    CustomOp asks =
        new Forward(
            (call, in) -> {
              needs.addAll(List.of(call.needs(0), call.needs(1)));
              return in[0];
            });
    assertTrue(asks.apply(x, constant).requiresGrad());
    try (var off = engine().noGrad()) {
      assertFalse(asks.apply(x, constant).requiresGrad());
    }
    assertEquals(List.of(true, false, false, false), needs);
  }

  @Test
  void theGradientArrivesInTheResultsTypeAndForwardRunsUnrecorded() {
    Tensor x = engine().ones(2).cast(DType.BFLOAT16).variable();
    List<DType> types = new ArrayList<>();
    Tensor y =
        new Same(
                (call, g) -> {
                  types.add(g.dtype());
                  return new Tensor[] {g};
                })
            .apply(x);
    y.backward(engine().ones(2));
    assertEquals(List.of(DType.BFLOAT16), types);
    Tensor z =
        new Forward(
                (call, in) -> {
                  assertFalse(in[0].square().requiresGrad());
                  return in[0].gt(0);
                })
            .apply(x);
    assertFalse(z.requiresGrad(), "a result that is not floating has no gradient");
  }

  @Test
  void aResultThatIsAnInputLeavesTheInputsGraphAlone() {
    Tensor x = engine().full(3, 2).variable();
    Tensor square = x.square();
    Tensor doubled = new Same((call, g) -> new Tensor[] {g.mul(2)}).apply(square);
    doubled.add(square).sum().backward();
    assertArrayEquals(new float[] {18, 18}, x.grad().toFloats());
  }

  @Test
  void aWriteBetweenForwardAndBackwardIsAnError() {
    try (Parameter w = new Parameter(engine().ones(2))) {
      Tensor loss = new Cube().apply(w.tensor()).sum();
      w.set(engine().zeros(2));
      String message = assertThrows(IllegalStateException.class, loss::backward).getMessage();
      assertTrue(message.contains("cube") && message.contains("changed in place"), message);
      assertNull(w.grad());
    }
  }

  @Test
  void aSecondPassOverItTakesAKeptGraph() {
    Tensor x = engine().full(2, 1).variable();
    Tensor y = new Cube().apply(x).sum();
    y.backwardKeepingGraph();
    y.backward();
    assertArrayEquals(new float[] {24}, x.grad().toFloats());
    String message = assertThrows(IllegalStateException.class, y::backward).getMessage();
    assertTrue(message.contains("freed"), message);
  }

  @Test
  void itCanBeCheckpointed() {
    Tensor x = engine().full(2, 1).variable();
    engine().checkpoint(in -> new Cube().apply(in[0].mul(1)), x).sum().backward();
    assertArrayEquals(new float[] {12}, x.grad().toFloats());
  }

  @Test
  void itsGraphLivesInTheScopeOfItsResult() {
    try (Parameter w = new Parameter(engine().full(2, 1))) {
      Tensor kept;
      try (Scope inner = engine().scope()) {
        kept = inner.keep(new Cube().apply(w.tensor()).mul(2));
      }
      kept.sum().backward();
      assertArrayEquals(new float[] {24}, w.grad().toFloats());
    }
  }

  @Test
  void tensorsDoNotChangeUnderAKernel() {
    Tensor x = engine().ones(3);
    Tensor view = engine().zeros(2, 2);
    List<BiFunction<OpCall, Tensor[], Tensor>> wrong =
        List.of(
            (call, in) -> {
              call.write(in[0]);
              return in[0];
            },
            (call, in) -> {
              call.write(in[0].detach());
              return in[0];
            },
            (call, in) -> {
              call.write(view.reshape(4));
              return in[0];
            });
    for (var forward : wrong) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> new Forward(forward).apply(x))
              .getMessage();
      assertTrue(message.contains("made in this call"), message);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new Forward((call, in) -> in[call.read(in[0].cast(DType.INT64)).limit()]).apply(x));
    new Forward(
            (call, in) -> {
              FloatBuffer read = call.read(in[0]);
              assertTrue(read == null || read.isReadOnly());
              return in[0];
            })
        .apply(x);
    assertArrayEquals(new float[] {1, 1, 1}, x.toFloats());
  }

  @Test
  void aViewIsReadInRowMajorOrder() {
    Tensor x = engine().floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose(0, 1);
    float[] seen = new float[6];
    new Forward(
            (call, in) -> {
              FloatBuffer read = call.read(in[0]);
              if (read != null) {
                read.get(seen);
              } else {
                System.arraycopy(in[0].toFloats(), 0, seen, 0, 6);
              }
              return in[0];
            })
        .apply(x);
    assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, seen);
  }

  @Test
  void savingAndAskingInTheWrongPassAreErrors() {
    Tensor x = engine().ones(2).variable();
    Tensor y = new Same((call, g) -> new Tensor[] {call.saved(1)}).apply(x);
    assertThrows(IllegalStateException.class, () -> y.sum().backward());
    Tensor z =
        new Same(
                (call, g) -> {
                  call.save(g);
                  return new Tensor[] {g};
                })
            .apply(x);
    assertThrows(IllegalStateException.class, () -> z.sum().backward());
    assertThrows(
        IllegalStateException.class, () -> new Forward((call, in) -> call.saved(0)).apply(x));
  }

  @Test
  void withoutABackwardPassDifferentiatingIsAnErrorThatSaysWhatToDo() {
    Tensor x = engine().ones(2).variable();
    Tensor loss = new Forward((call, in) -> in[0]).apply(x).sum();
    String message = assertThrows(IllegalStateException.class, loss::backward).getMessage();
    assertTrue(message.contains("forward") && message.contains("noGrad"), message);
    new Forward((call, in) -> in[0].mul(2)).apply(x.detach()).sum().item();
  }

  @Test
  void anOperationThatCannotBeComputedSaysSo() {
    CustomOp nowhere = new Forward((call, in) -> null);
    String message =
        assertThrows(EngineException.class, () -> nowhere.apply(engine().ones(2))).getMessage();
    assertTrue(message.contains(engine().description()), message);
    assertThrows(IllegalArgumentException.class, () -> nowhere.apply());
  }

  @Test
  void anOperationWithoutACompositionIsComputedByItsForwardAlways() {
    try (var off = engine().withoutFusedKernels()) {
      assertArrayEquals(new float[] {8, 8}, new Cube().apply(engine().full(2, 2)).toFloats());
    }
  }

  @Test
  void aForwardThatThrowsLeavesNothing() {
    Tensor x = engine().ones(2).variable();
    long before = engine().memory().liveArrays();
    assertThrows(
        ArithmeticException.class,
        () ->
            new Forward(
                    (call, in) -> {
                      call.save(in[0].mul(3));
                      throw new ArithmeticException("on purpose");
                    })
                .apply(x));
    assertEquals(before, engine().memory().liveArrays());
    assertTrue(engine().isGradEnabled());
  }

  @Test
  void multiplyAddsOfOutsideAreCountedWithTheEnginesOwn() {
    long before = engine().multiplyAdds();
    engine().countMultiplyAdds(12);
    assertEquals(before + 12, engine().multiplyAdds());
    assertThrows(IllegalArgumentException.class, () -> engine().countMultiplyAdds(-1));
  }
}
