package org.maskwright.engine.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.CustomOp;
import org.maskwright.engine.tensor.OpCall;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/** When a parameter gets its gradient, and in what order its shares are summed. */
public abstract class DeliveryConformance extends BackendConformance {
  private final List<String> events = new ArrayList<>();

  /** For the backend of a name, on the CPU. */
  protected DeliveryConformance(String backend) {
    super(backend);
  }

  @BeforeEach
  void forgetEvents() {
    events.clear();
  }

  private Parameter parameter(String name, float... values) {
    Parameter p = new Parameter(engine().floats(values, values.length));
    p.onGradient(self -> events.add(name + " " + self.grad().toFloats()[0]));
    return p;
  }

  /** Its input; says when it is differentiated. */
  private Tensor mark(String name, Tensor x) {
    return new CustomOp() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Tensor forward(OpCall call, Tensor... in) {
        return in[0];
      }

      @Override
      public Tensor[] backward(OpCall call, Tensor grad) {
        events.add(name);
        return new Tensor[] {grad};
      }
    }.apply(x);
  }

  private List<String> events() {
    List<String> out = List.copyOf(events);
    events.clear();
    return out;
  }

  @Test
  void aLateLayersParameterIsDeliveredBeforeAnEarlyLayerIsDifferentiated() {
    try (Parameter early = parameter("early", 2);
        Parameter late = parameter("late", 5)) {
      Tensor x = engine().ones(1);
      Tensor hidden = mark("between", x.mul(early.tensor()));
      mark("end", hidden.mul(late.tensor())).sum().backward();
      assertEquals(List.of("end", "late 2.0", "between", "early 5.0"), events());
    }
  }

  @Test
  void aParameterIsDeliveredAfterTheLastOfItsUses() {
    try (Parameter shared = parameter("shared", 3);
        Parameter first = parameter("first", 1)) {
      Tensor a = mark("a", shared.tensor().mul(first.tensor()));
      Tensor b = mark("b", a.mul(shared.tensor()).mul(shared.tensor()));
      b.sum().backward(); // shared^3 first
      assertEquals(List.of("b", "a", "shared 27.0", "first 27.0"), events());
    }
  }

  @Test
  void aParameterAsTheResultItselfIsDelivered() {
    try (Parameter w = parameter("w", 3)) {
      w.tensor().backward();
      assertEquals(List.of("w 1.0"), events());
    }
  }

  /** Of a parameter, the uses w f for each factor f, the last first. */
  private Tensor uses(Parameter w, float... factors) {
    Tensor sum = null;
    for (float f : factors) {
      Tensor use = w.tensor().mul(f);
      sum = sum == null ? use : sum.add(use);
    }
    return sum.sum();
  }

  @Test
  void sharesOfOnePassAreSummedFromTheLastUseOn() {
    try (Parameter w = parameter("w", 1)) {
      uses(w, 1, 1e8f, -1e8f).backward();
      assertArrayEquals(new float[] {1}, w.grad().toFloats()); // in another order 0
      w.zeroGrad();
      uses(w, -1e8f, 1e8f, 1).backward();
      assertArrayEquals(new float[] {0}, w.grad().toFloats());
    }
  }

  @Test
  void aPassAddsItsWholeShareToWhatEarlierOnesLeft() {
    try (Parameter w = parameter("w", 1)) {
      uses(w, 1e8f).backward();
      uses(w, 1, -1e8f).backward();
      assertArrayEquals(new float[] {0}, w.grad().toFloats()); // share by share it would be 1
      assertEquals(List.of("w 1.0E8", "w 0.0"), events(), "one call for each pass");
    }
  }

  @Test
  void passesOverASharedTrunkDeliverOnceEach() {
    try (Parameter trunk = parameter("trunk", 3);
        Parameter head = parameter("head", 2)) {
      Tensor features = trunk.tensor().square();
      features.mul(head.tensor()).sum().backwardKeepingGraph();
      assertEquals(List.of("head 9.0", "trunk 12.0"), events());
      features.mul(5).sum().backward();
      assertEquals(List.of("trunk 42.0"), events());
    }
  }

  @Test
  void aCheckpointedLayersParameterIsDeliveredBeforeAnEarlierLayerIsDifferentiated() {
    try (Parameter early = parameter("early", 2);
        Parameter inside = parameter("inside", 5)) {
      Tensor hidden = mark("between", early.tensor().mul(3));
      engine().checkpoint(in -> mark("body", in[0]).mul(inside.tensor()), hidden).sum().backward();
      assertEquals(List.of("inside 6.0", "body", "between", "early 15.0"), events());
    }
  }

  @Test
  void aParameterInsideAndOutsideOfCheckpointsGetsTheSumOfAll() {
    try (Parameter w = parameter("w", 3)) {
      Tensor x = w.tensor().mul(2);
      for (int i = 0; i < 2; i++) {
        x = engine().checkpoint(in -> in[0].mul(w.tensor()), x);
      }
      x.mul(w.tensor()).sum().backward(); // 2 w^4
      assertArrayEquals(new float[] {8 * 27}, w.grad().toFloats());
      List<String> calls = events();
      assertEquals("w 216.0", calls.get(calls.size() - 1));
    }
  }

  @Test
  void aHookMayUpdateItsParameterInTheMiddleOfThePass() {
    try (Parameter early = parameter("early", 2);
        Parameter late = parameter("late", 5)) {
      late.onGradient(
          p -> {
            p.mix(1, p.grad(), -0.5);
            p.zeroGrad();
          });
      early.tensor().mul(3).mul(late.tensor()).mul(late.tensor()).sum().backward();
      assertArrayEquals(new float[] {-25}, late.tensor().toFloats()); // 5 - 0.5 * 3 * 2 * 2 * 5
      assertNull(late.grad());
      assertArrayEquals(new float[] {75}, early.grad().toFloats(), "of the value before");
    }
  }

  @Test
  void hooksAreCalledInOrderWithoutRecordingUntilTheyAreClosed() {
    try (Parameter w = parameter("first", 1)) {
      Parameter.Hook second =
          w.onGradient(
              p -> {
                assertFalse(engine().isGradEnabled());
                events.add("second");
              });
      uses(w, 2).backward();
      assertEquals(List.of("first 2.0", "second"), events());
      second.close();
      second.close();
      uses(w, 2).backward();
      assertEquals(List.of("first 4.0"), events());
    }
  }

  @Test
  void aFrozenParametersHookIsNotCalled() {
    try (Parameter w = parameter("w", 1);
        Parameter u = parameter("u", 1)) {
      Tensor y = w.tensor().mul(u.tensor()).sum();
      w.setTrainable(false);
      y.backward();
      uses(w, 1).add(u.tensor().sum()).backward();
      assertEquals(List.of("u 1.0", "u 2.0"), events());
    }
  }

  @Test
  void whatAHookThrowsEndsThePassAndLeavesNothing() {
    try (Parameter early = parameter("early", 2);
        Parameter late = parameter("late", 5)) {
      Parameter.Hook failing =
          late.onGradient(
              p -> {
                throw new UnsupportedOperationException("on purpose");
              });
      Tensor y = early.tensor().mul(3).mul(late.tensor()).add(early.tensor()).sum();
      assertThrows(UnsupportedOperationException.class, y::backward);
      assertArrayEquals(new float[] {6}, late.grad().toFloats(), "it was delivered");
      assertNull(early.grad());
      failing.close();
      events.clear();
      early.tensor().mul(late.tensor()).sum().backward();
      assertEquals(List.of("early 5.0", "late 8.0"), events(), "nothing of the failed pass counts");
    }
  }
}
