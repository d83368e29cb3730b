package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PairwiseMeanTest {
  /** The file's script says what the values are. */
  @Test
  void theMeanIsNumpysToTheLastBit() throws IOException {
    List<String> lines;
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                PairwiseMeanTest.class.getResourceAsStream("means.txt"), StandardCharsets.UTF_8))) {
      lines = reader.lines().toList();
    }
    assertEquals(22, lines.size());
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      int n = Integer.parseInt(words[0]);
      PairwiseMean mean = new PairwiseMean(n);
      for (int i = 1; i <= n; i++) {
        mean.add(1.0 / i);
        mean.add(PairwiseMean.NONE);
      }
      assertEquals(Double.parseDouble(words[1]), mean.mean(), line);
    }
  }

  @Test
  void nothingToMeasureHasNoMean() {
    PairwiseMean mean = new PairwiseMean(2);
    assertEquals(-1, mean.mean());
    mean.add(-1);
    assertEquals(-1, mean.mean());
    mean.add(0);
    assertEquals(0, mean.mean());
  }
}
