package org.maskwright.trainer.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimingTest {
  @Test
  void thingsTakeTurnsOnceEachIsWarm() {
    List<String> calls = new ArrayList<>();
    Timing timing = Timing.of(() -> call(calls, "a", 60), () -> call(calls, "b", 60));
    assertEquals(2, timing.millis().size());
    assertTrue(timing.millis().stream().allMatch(m -> m >= 50), timing.toString());
    assertTrue(timing.rounds() >= 3, timing.toString());
    List<String> measured = calls.subList(calls.size() - 2 * timing.rounds(), calls.size());
    for (int i = 0; i < measured.size(); i++) {
      assertEquals(i % 2 == 0 ? "a" : "b", measured.get(i));
    }
    List<String> before = calls.subList(0, calls.size() - measured.size());
    assertTrue(before.contains("a") && before.contains("b"), before.toString());
  }

  private static void call(List<String> calls, String name, long millis) {
    calls.add(name);
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
