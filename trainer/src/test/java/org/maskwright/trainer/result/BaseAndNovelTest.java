package org.maskwright.trainer.result;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BaseAndNovelTest {
  @ParameterizedTest
  @ValueSource(strings = {"panoptic", "instance", "semantic"})
  void bothTogetherAreTheMeanOfAll(String name) {
    ResultKind<?> kind = ResultKinds.get(name);
    Random random = new Random(5);
    Map<String, Double> values = new LinkedHashMap<>();
    for (int k = 0; k < 10; k++) {
      values.put("class " + k, 100 * random.nextDouble());
    }
    Set<String> novel = Set.of("class 1", "class 4", "class 7", "never seen");
    ResultKind.ClassMean mean = kind.classMean().orElseThrow();
    Map<String, Double> found = new BaseAndNovel(novel).of(kind, Map.of(mean.measure(), values));
    assertEquals(BaseAndNovel.metrics(kind), List.copyOf(found.keySet()));
    double base = found.get(mean.metric() + "-base");
    double novelMean = found.get(mean.metric() + "-novel");
    double all = values.values().stream().mapToDouble(v -> v).average().orElseThrow();
    assertEquals(all, (7 * base + 3 * novelMean) / 10, 1e-9);
    assertEquals(
        1 / ((1 / base + 1 / novelMean) / 2), found.get(mean.metric() + "-harmonic"), 1e-9);
  }

  @Test
  void whatWasNotMeasuredIsUndefined() {
    ResultKind<?> kind = ResultKinds.get("semantic");
    Map<String, Double> found =
        new BaseAndNovel(Set.of("sea")).of(kind, Map.of("IoU", Map.of("sand", 40.0)));
    assertEquals(40, found.get("mIoU-base"));
    assertEquals(Double.NaN, found.get("mIoU-novel"));
    assertEquals(Double.NaN, found.get("mIoU-harmonic"));
    Map<String, Double> nothing =
        new BaseAndNovel(Set.of("sea")).of(kind, Map.of("IoU", Map.of("sand", 0.0, "sea", 0.0)));
    assertEquals(0, nothing.get("mIoU-harmonic"));
  }
}
