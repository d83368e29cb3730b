package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IdTableTest {
  @Test
  void aFullTableAnswersLikeAHashMap() {
    Random random = new Random(3);
    for (int capacity = 0; capacity < 200; capacity++) {
      Map<Integer, Integer> expected = new HashMap<>();
      IdTable table = new IdTable(capacity);
      boolean near = capacity % 2 == 0; // ids of neighbouring numbers, or any of 2^32
      for (int value = 0; expected.size() < capacity; value++) {
        int id = near ? random.nextInt(3 * capacity) - capacity : random.nextInt();
        table.put(id, value);
        expected.put(id, value);
      }
      expected.forEach((id, value) -> assertEquals(value, table.get(id)));
      for (int probe = 0; probe < 300; probe++) {
        int id = near ? probe - 150 : random.nextInt();
        assertEquals(expected.getOrDefault(id, -1), table.get(id));
      }
    }
  }

  @Test
  void anIdThatIsPutAgainHasItsLastValue() {
    IdTable table = new IdTable(1);
    table.put(0, 0);
    table.put(0, 7);
    assertEquals(7, table.get(0));
    assertEquals(-1, table.get(1));
  }
}
