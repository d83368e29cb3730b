package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.trainer.config.ConfigException;

class DeviceShareTest {
  @ParameterizedTest
  @ValueSource(strings = {"auto", "cuda"})
  void eachProcessOfAMachineHasAGpuOfItsOwn(String wanted) {
    assertEquals(
        List.of("cuda:0", "cuda:1", "cuda:2"),
        IntStream.range(0, 3).mapToObj(rank -> DeviceShare.device(wanted, rank, 3, 4)).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "auto, 1, 2, 0", // no GPU at all
    "auto, 1, 2, 1", // divided by whoever started the process, or shared
    "cuda, 0, 1, 8", // alone on its machine
    "cpu, 1, 2, 8",
    "cuda:5, 1, 2, 8"
  })
  void nothingIsChosenWhereThereIsNothingToChoose(String wanted, int rank, int size, int gpus) {
    assertEquals(wanted, DeviceShare.device(wanted, rank, size, gpus));
  }

  @Test
  void tooFewGpusAreAnErrorThatNamesBothNumbers() {
    String message =
        assertThrows(ConfigException.class, () -> DeviceShare.device("auto", 0, 3, 2)).getMessage();
    assertTrue(message.contains("3 processes"), message);
    assertTrue(message.contains("got 2 GPUs"), message);
    assertTrue(message.contains("engine.device = cpu"), message);
  }

  /** However ranks lie over the machines: in blocks, in turn, or unevenly. */
  @ParameterizedTest
  @CsvSource({"aabb, 0101", "abab, 0011", "abbba, 00121", "a, 0", "abcd, 0000"})
  void aProcessIsNumberedAmongThoseOfItsMachine(String machines, String expected) {
    List<String> names = machines.chars().mapToObj(c -> String.valueOf((char) c)).toList();
    for (int rank = 0; rank < names.size(); rank++) {
      assertEquals(expected.charAt(rank) - '0', DeviceShare.localRank(names, rank), machines);
    }
  }
}
