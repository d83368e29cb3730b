package org.maskwright.engine.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Owners, modes and scopes, in the wrong order and after errors. */
public abstract class OwnershipConformance extends BackendConformance {
  private static final List<Consumer<Tensor>> USES =
      List.of(
          t -> t.add(1),
          t -> t.matmul(t),
          t -> t.slice(0, 0, 1),
          t -> t.reshape(4),
          Tensor::detach,
          Tensor::variable,
          Tensor::copy,
          Tensor::toFloats,
          Tensor::toHost,
          t -> t.copyTo(FloatBuffer.allocate(4)),
          t -> t.softmax(0));

  private final EngineOptions options;

  /** For the backend of a name, on the CPU. */
  protected OwnershipConformance(String backend) {
    super(backend);
    options = EngineOptions.DEFAULT.withBackend(backend).withDevice("cpu").withThreads(2);
  }

  private Parameter parameter(float... values) {
    return new Parameter(engine().floats(values, values.length));
  }

  private long live() {
    return engine().memory().liveArrays();
  }

  private static void onAnotherThread(Runnable body) {
    try {
      CompletableFuture.runAsync(body, task -> new Thread(task).start()).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  // ---- scopes

  @Test
  void closingAScopeClosesTheInnerOnesLeftOpen() {
    long before = live();
    Scope outer = engine().scope();
    Tensor a = engine().ones(2);
    Scope inner = engine().scope();
    Tensor b = engine().ones(3);
    outer.close();
    assertTrue(a.isClosed() && b.isClosed());
    assertEquals(before, live());
    inner.close();
    Tensor after = engine().ones(1);
    assertFalse(after.isClosed(), "the scope around both is current again");
    assertEquals(before + 1, live());
  }

  @Test
  void anOuterScopeKeepsATensorOfAnInnerOneWithItsGraph() {
    Tensor x = engine().full(3, 2).variable();
    Tensor y;
    try (Scope outer = engine().scope()) {
      try (Scope inner = engine().scope()) {
        y = outer.keep(x.square());
        assertEquals(y, inner.keep(y), "kept for longer already");
      }
      assertFalse(y.isClosed());
    }
    y.sum().backward();
    assertArrayEquals(new float[] {6, 6}, x.grad().toFloats());
  }

  @Test
  void anOuterScopesTensorIsNotShortenedByKeepingItInside() {
    Tensor a = engine().ones(2);
    try (Scope inner = engine().scope()) {
      assertEquals(a, inner.keep(a));
    }
    assertFalse(a.isClosed());
  }

  @Test
  void keepingAfterTheScopeOrTheTensorWasClosedIsAnError() {
    Scope scope = engine().scope();
    Tensor a = engine().ones(2);
    a.close();
    assertThrows(IllegalStateException.class, () -> scope.keep(a));
    scope.close();
    Tensor b = engine().ones(2);
    assertThrows(IllegalStateException.class, () -> scope.keep(b));
  }

  @Test
  void anotherThreadCannotCloseAScopeOrKeepFromIt() {
    Scope scope = engine().scope();
    Tensor a = engine().ones(2);
    assertThrows(IllegalStateException.class, () -> onAnotherThread(scope::close));
    assertThrows(IllegalStateException.class, () -> onAnotherThread(() -> scope.keep(a)));
    assertFalse(a.isClosed());
    scope.close();
    assertTrue(a.isClosed());
  }

  @Test
  void recordingWithoutAScopeIsAnErrorThatLeavesNothing() {
    try (Parameter w = parameter(1, 2)) {
      onAnotherThread(
          () -> {
            long before = live();
            assertThrows(IllegalStateException.class, () -> w.tensor().mul(2));
            assertEquals(before, live());
          });
    }
  }

  // ---- modes

  @Test
  void modesClosedInAnyOrderRestoreWhatWasBefore() {
    Engine.Mode first = engine().noGrad();
    Engine.Mode second = engine().withGrad();
    Engine.Mode third = engine().noGrad();
    first.close();
    assertFalse(engine().isGradEnabled());
    third.close();
    assertTrue(engine().isGradEnabled());
    second.close();
    assertTrue(engine().isGradEnabled());
    first.close();
    assertTrue(engine().isGradEnabled(), "closing twice does nothing");
  }

  @Test
  void modesBelongToTheirThread() {
    try (Engine.Mode off = engine().noGrad()) {
      assertFalse(engine().isGradEnabled());
      onAnotherThread(() -> assertTrue(engine().isGradEnabled()));
      assertThrows(IllegalStateException.class, () -> onAnotherThread(off::close));
      assertFalse(engine().isGradEnabled());
    }
    onAnotherThread(engine()::noGrad);
    assertTrue(engine().isGradEnabled());
  }

  // ---- a closed engine

  @Test
  void aClosedEngineRefusesEveryOperation() {
    Engine closed = Engine.open(options);
    Scope scope = closed.scope();
    Engine.Mode mode = closed.noGrad();
    Tensor a = closed.ones(2, 2);
    Parameter w = new Parameter(closed.ones(2, 2));
    closed.close();
    closed.close();
    for (Consumer<Tensor> op : USES) {
      String message = assertThrows(EngineException.class, () -> op.accept(a)).getMessage();
      assertTrue(message.contains("closed"), message);
    }
    assertThrows(EngineException.class, () -> w.set(FloatBuffer.allocate(4)));
    assertThrows(EngineException.class, () -> w.set(a));
    assertThrows(EngineException.class, () -> w.tensor().square());
    assertThrows(EngineException.class, () -> new Parameter(a));
    assertThrows(EngineException.class, () -> closed.zeros(2));
    assertThrows(EngineException.class, closed::scope);
    assertThrows(EngineException.class, closed::noGrad);
    assertThrows(EngineException.class, closed::synchronize);
    mode.close();
    w.close();
    scope.close();
    assertEquals(0, closed.memory().liveArrays());
  }

  // ---- host arrays

  @Test
  void aHostArrayMayBeChangedOrClosedAfterItWasTaken() {
    INDArray host = Nd4j.ones(DataType.FLOAT, 2, 3);
    Tensor t = engine().tensor(host);
    Tensor row = t.slice(0, 0, 1);
    host.muli(7);
    assertEquals(1, t.mean().item());
    host.close();
    assertArrayEquals(new float[] {2, 2, 2}, row.add(1).toFloats());
    assertEquals(6, t.sum().item());
  }

  // ---- parameters and modules

  @Test
  void aParameterOfAnothersTensorIsACopy() {
    try (Parameter w = parameter(1, 2);
        Parameter copy = new Parameter(w.tensor())) {
      copy.set(engine().zeros(2));
      assertArrayEquals(new float[] {1, 2}, w.tensor().toFloats());
    }
  }

  @Test
  void aParametersTensorIsClosedByTheParameterAlone() {
    try (Parameter w = parameter(1, 2)) {
      w.tensor().sum().backward();
      assertThrows(IllegalStateException.class, () -> w.tensor().close());
      assertThrows(IllegalStateException.class, () -> w.grad().close());
      assertArrayEquals(new float[] {1, 2}, w.tensor().toFloats());
    }
  }

  @Test
  void aRefusedInitialValueIsClosedToo() {
    long before = live();
    onAnotherThread( // without a scope
        () ->
            assertThrows(
                IllegalArgumentException.class,
                () -> new Parameter(engine().longs(new long[2], 2))));
    assertEquals(before, live());
  }

  private static final class Failing extends Module {
    Failing(Engine engine, int depth) {
      super(engine);
      parameter("weight", engine.ones(3));
      if (depth == 0) {
        throw new UnsupportedOperationException("on purpose");
      }
      child("inner", new Failing(engine, depth - 1));
    }
  }

  private static final class Sound extends Module {
    Sound(Engine engine) {
      super(engine);
      parameter("weight", engine.ones(3));
    }
  }

  @Test
  void aModulesConstructorThatThrowsLeavesNoParameters() {
    long before = live();
    assertThrows(
        UnsupportedOperationException.class,
        () -> {
          try (Scope initial = engine().scope()) {
            engine().construct(() -> new Failing(engine(), 3));
          }
        });
    assertEquals(before, live());
  }

  @Test
  void aFailedConstructionInsideAnotherTakesOnlyItsOwn() {
    try (Sound sound =
        engine()
            .construct(
                () -> {
                  Sound first = new Sound(engine());
                  assertThrows(
                      UnsupportedOperationException.class,
                      () -> engine().construct(() -> new Failing(engine(), 0)));
                  return first;
                })) {
      assertEquals(3, sound.parameters().get("weight").tensor().sum().item());
    }
  }

  // ---- gradients

  @Test
  void gradientsOfTwoParametersShareNoMemory() {
    try (Parameter w = parameter(1, 2);
        Parameter u = parameter(3, 4);
        Parameter v = parameter(5, 6)) {
      Tensor seed = engine().ones(2);
      w.tensor().add(u.tensor()).add(v.tensor().reshape(1, 2).reshape(2)).backward(seed);
      w.tensor().mul(10).sum().backward(); // grows w's gradient in place
      assertArrayEquals(new float[] {11, 11}, w.grad().toFloats());
      assertArrayEquals(new float[] {1, 1}, u.grad().toFloats());
      assertArrayEquals(new float[] {1, 1}, v.grad().toFloats());
      assertArrayEquals(new float[] {1, 1}, seed.toFloats());
    }
  }

  @Test
  void gradientsOfVariablesDoNotChangeWithAParameters() {
    try (Parameter w = parameter(1, 2)) {
      Tensor x = engine().ones(2).variable();
      w.tensor().add(x).sum().backward();
      w.tensor().mul(10).sum().backward();
      assertArrayEquals(new float[] {1, 1}, x.grad().toFloats());
    }
  }

  @Test
  void aParameterFrozenAfterTheForwardPassCollectsNothing() {
    try (Parameter w = parameter(1, 2);
        Parameter u = parameter(3, 4)) {
      Tensor y = w.tensor().mul(u.tensor()).sum();
      w.setTrainable(false);
      y.backward();
      assertNull(w.grad());
      assertArrayEquals(new float[] {1, 2}, u.grad().toFloats());
    }
  }

  @Test
  void backwardIntoWhatWasClosedIsAnErrorThatDeliversNothing() {
    try (Parameter w = parameter(1, 2)) {
      Tensor x = engine().ones(2).variable();
      Parameter gone = parameter(5, 6);
      Tensor intoVariable = w.tensor().mul(x).sum();
      Tensor intoParameter = w.tensor().mul(gone.tensor()).sum();
      x.close();
      gone.close();
      assertThrows(IllegalStateException.class, intoVariable::backward);
      assertThrows(IllegalStateException.class, intoParameter::backward);
      assertNull(w.grad());
    }
  }

  @Test
  void aSharedTrunkTakesASecondPassOnlyWhereTheFirstKeptTheGraph() {
    try (Parameter w = parameter(1, 2)) {
      Tensor trunk = w.tensor().square();
      trunk.sum().backwardKeepingGraph();
      trunk.mul(2).sum().backward();
      assertArrayEquals(new float[] {6, 12}, w.grad().toFloats());
      Tensor x = engine().ones(2).variable();
      Tensor third = trunk.mul(x).sum();
      String message = assertThrows(IllegalStateException.class, third::backward).getMessage();
      assertTrue(message.contains("backwardKeepingGraph"), message);
      assertNull(x.grad(), "no part of a refused pass is delivered");
      assertArrayEquals(new float[] {6, 12}, w.grad().toFloats());
    }
  }

  @Test
  void aSeedThatDoesNotFitIsRefused() {
    Tensor y = engine().ones(2).variable().mul(2);
    Tensor wide = engine().ones(3);
    Tensor whole = engine().longs(new long[2], 2);
    assertThrows(IllegalArgumentException.class, () -> y.backward(wide));
    assertThrows(IllegalArgumentException.class, () -> y.backward(whole));
  }

  // ---- changes in place

  @Test
  void aWriteBetweenForwardAndBackwardIsAnError() {
    for (int kind = 0; kind < 5; kind++) {
      try (Parameter w = parameter(1, 2);
          Parameter u = parameter(3, 4);
          Parameter m = parameter(0, 0);
          Parameter v = parameter(0, 0)) {
        w.tensor().sum().backward();
        Tensor saved = kind == 4 ? w.tensor().reshape(1, 2).slice(1, 0, 1) : w.tensor();
        Tensor y = saved.mul(kind == 4 ? u.tensor().slice(0, 0, 1) : u.tensor()).sum();
        switch (kind) {
          case 0, 4 -> w.set(engine().zeros(2));
          case 1 -> w.set(FloatBuffer.wrap(new float[] {7, 8}));
          case 2 -> w.mix(0.5, engine().zeros(2), 0.5);
          default ->
              Parameter.adamW(
                  List.of(w),
                  List.of(m),
                  List.of(v),
                  new AdamWStep(0.1, 0.9, 0.999, 1e-8, 0, 1, 1));
        }
        String message =
            assertThrows(IllegalStateException.class, y::backward, "kind " + kind).getMessage();
        assertTrue(message.contains("changed in place"), message);
        assertNull(u.grad());
      }
    }
  }

  @Test
  void aWriteToWhatBackwardDoesNotNeedIsNone() {
    try (Parameter w = parameter(1, 2)) {
      Tensor y = w.tensor().mul(3).sum();
      w.set(engine().zeros(2));
      y.backward();
      assertArrayEquals(new float[] {3, 3}, w.grad().toFloats());
    }
  }

  @Test
  void whatSharesAParametersValuesEndsWithTheirChangeAndCopiesStay() {
    try (Parameter w = new Parameter(engine().floats(new float[] {1, 2, 3, 4}, 2, 2))) {
      Tensor value = w.tensor();
      Tensor copy = value.copy();
      Tensor[] views = {
        value.detach(),
        value.reshape(4),
        value.slice(0, 0, 1),
        value.transpose(0, 1),
        value.expand(3, 2, 2),
        value.detach().reshape(4).slice(0, 1, 2)
      };
      w.set(value.transpose(0, 1));
      assertArrayEquals(new float[] {1, 3, 2, 4}, value.toFloats());
      assertArrayEquals(new float[] {1, 2, 3, 4}, copy.toFloats());
      for (Tensor view : views) {
        assertThrows(IllegalStateException.class, view::toFloats);
        assertThrows(IllegalStateException.class, () -> view.add(1));
      }
    }
  }

  // ---- a tensor that makes room for its result

  @Test
  void reluOverIsReluAndClosesWhatNothingElseHolds() {
    try (Scope scope = engine().scope();
        Parameter w = parameter(-1, 2, -3, 4)) {
      w.tensor().mul(2).relu().mul(w.tensor()).sum().backward();
      float[] expected = w.grad().toFloats();
      w.zeroGrad();
      Tensor x = w.tensor().mul(2);
      Tensor y = x.reluOver();
      assertTrue(x.isClosed());
      assertArrayEquals(new float[] {0, 4, 0, 8}, y.toFloats());
      y.mul(w.tensor()).sum().backward();
      assertArrayEquals(expected, w.grad().toFloats());
    }
  }

  @Test
  void reluOverLeavesWhatIsStillNeededAsItIs() {
    try (Scope scope = engine().scope();
        Parameter w = parameter(-1, 2)) {
      Tensor variable = engine().floats(new float[] {-1, 2}, 2).variable();
      Tensor exponential = variable.exp().sub(3); // the exponential itself is saved
      Tensor saved = variable.square().neg().exp();
      Tensor viewed = engine().floats(new float[] {-1, 2, -3, 4}, 4);
      Tensor view = viewed.slice(0, 0, 2);
      Tensor wide = engine().floats(new float[] {-1, 2}, 2, 1).expand(2, 3);
      for (Tensor x : List.of(w.tensor(), variable, view, wide, saved)) {
        float[] before = x.toFloats();
        float[] after = x.reluOver().toFloats();
        if (x != view && x != wide) { // copies on some backends, which nothing else holds
          assertArrayEquals(before, x.toFloats());
        }
        for (int i = 0; i < before.length; i++) {
          assertEquals(Math.max(0, before[i]), after[i]);
        }
      }
      exponential.reluOver().sum().backward();
      assertArrayEquals(new float[] {0, (float) Math.exp(2)}, variable.grad().toFloats(), 1e-5f);
      assertArrayEquals(new float[] {-1, 2, -3, 4}, viewed.toFloats());
    }
  }

  // ---- checkpointing

  @Test
  void aCheckpointedBodyMayReturnItsInputOrAParameter() {
    try (Parameter w = parameter(1, 2)) {
      Tensor x = engine().ones(2).variable();
      for (int i = 1; i <= 2; i++) {
        Tensor same = engine().checkpoint(in -> in[0], w.tensor());
        Tensor whole = engine().checkpoint(in -> in[0].slice(0, 0, 2), x);
        Tensor captured = engine().checkpoint(in -> w.tensor(), x);
        same.add(whole).add(captured).sum().backward();
        assertArrayEquals(new float[] {2 * i, 2 * i}, w.grad().toFloats());
        assertArrayEquals(new float[] {i, i}, x.grad().toFloats());
      }
    }
  }
}
