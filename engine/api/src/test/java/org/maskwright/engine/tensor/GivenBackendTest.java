package org.maskwright.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.trace.ShapeBackend;

/** Engines over a backend that the caller made. */
class GivenBackendTest {
  private final List<String> calls = new ArrayList<>();

  /** Follows shapes and writes down what it is asked for. */
  private Backend recorder() {
    Backend shapes = new ShapeBackend();
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              calls.add(method.getName());
              try {
                return method.invoke(shapes, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void everyOperationIsAskedOfTheGivenBackendAlsoInTheBackwardPass() {
    try (Engine engine = Engine.open(recorder());
        Parameter w = new Parameter(engine.zeros(4, 3));
        Scope scope = engine.scope()) {
      calls.clear();
      Tensor y = engine.ones(2, 3).linear(w.tensor(), null).relu();
      assertArrayEquals(new long[] {2, 4}, y.shape());
      assertEquals(List.of("full", "linear", "unary"), calls);
      calls.clear();
      y.backward(engine.ones(2, 4));
      assertTrue(calls.containsAll(List.of("unaryBackward", "linearBackward")), calls.toString());
      assertArrayEquals(new long[] {4, 3}, w.grad().shape());
      assertEquals(2 * 3 * 4, engine.multiplyAdds());
    }
  }

  @Test
  void theGivenBackendIsClosedWithItsEngineOnce() {
    Engine engine = Engine.open(recorder());
    assertEquals(Precision.FP32, engine.precision());
    assertTrue(engine.description().contains("given"), engine.description());
    engine.close();
    engine.close();
    assertEquals(1, calls.stream().filter("close"::equals).count());
    assertThrows(EngineException.class, () -> engine.ones(2));
  }

  @Test
  void aBackendWithoutValuesRefusesThem() {
    try (Engine engine = Engine.open(new ShapeBackend());
        Scope scope = engine.scope()) {
      assertThrows(EngineException.class, () -> engine.ones(2).toFloats());
    }
  }
}
