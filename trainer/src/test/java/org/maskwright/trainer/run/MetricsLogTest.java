package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.modelzoo.weights.CheckpointException;

final class MetricsLogTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("metrics.jsonl");
  }

  @Test
  void linesReadBackAsWritten() throws IOException {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", 0.1 + 0.2);
    values.put("lr", 1e-300);
    values.put("mask", Double.NaN);
    try (MetricsLog log = MetricsLog.resume(file, 0)) {
      log.write("train", 20, values);
      log.write("eval", 40, Map.of("PQ", 0.55));
    }
    List<MetricsLog.Line> lines = MetricsLog.read(file);
    assertEquals(
        List.of(
            new MetricsLog.Line("train", 20, values),
            new MetricsLog.Line("eval", 40, Map.of("PQ", 0.55))),
        lines);
    assertEquals(List.copyOf(values.keySet()), List.copyOf(lines.get(0).values().keySet()));
  }

  @Test
  void anUndefinedMetricIsNullAndReadsBackAsUndefined() throws IOException {
    try (MetricsLog log = MetricsLog.resume(file, 0)) {
      log.write("eval", 40, Map.of("instance.APm", Double.NaN));
    }
    assertEquals("{\"kind\":\"eval\",\"step\":40,\"instance.APm\":null}\n", Files.readString(file));
    assertEquals(Double.NaN, MetricsLog.read(file).get(0).values().get("instance.APm"));
    try (MetricsLog log = MetricsLog.resume(file, 40)) {
      assertTrue(Files.readString(file).contains("null"), "kept by a resumed run");
    }
  }

  @Test
  void aLogOfEarlierVersionsWithUndefinedMetricsAsTextIsRead() throws IOException {
    Files.writeString(file, "{\"kind\":\"eval\",\"step\":40,\"instance.APm\":\"NaN\"}\n");
    assertEquals(Double.NaN, MetricsLog.read(file).get(0).values().get("instance.APm"));
  }

  @Test
  void aLineIsOnDiskBeforeTheLogIsClosed() throws IOException {
    try (MetricsLog log = MetricsLog.resume(file, 0)) {
      log.write("train", 1, Map.of("loss", 2.0));
      assertEquals(1, MetricsLog.read(file).size());
    }
  }

  @Test
  void resumingDropsWhatCameAfterTheCheckpointAndTheHalfWrittenLine() throws IOException {
    try (MetricsLog log = MetricsLog.resume(file, 0)) {
      for (int step = 10; step <= 50; step += 10) {
        log.write("train", step, Map.of("loss", 1.0 / step));
      }
    }
    String before = Files.readString(file);
    Files.writeString(file, "{\"kind\":\"tra", StandardOpenOption.APPEND);
    try (MetricsLog log = MetricsLog.resume(file, 30)) {
      log.write("train", 40, Map.of("loss", 1.0 / 40));
      log.write("train", 50, Map.of("loss", 1.0 / 50));
    }
    assertEquals(before, Files.readString(file));
  }

  @Test
  void resumingWithoutALogStartsOne() throws IOException {
    try (MetricsLog log = MetricsLog.resume(file, 30)) {
      log.write("train", 40, Map.of("loss", 1.0));
    }
    assertEquals(40, MetricsLog.read(file).get(0).step());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"kind\":}", "{\"loss\":\"\u00ff\"}", "[]", "{\"loss\":{}}", "{\"a\":1"})
  void aBrokenLineIsNamedByFileAndNumber(String line) throws IOException {
    // In Latin-1, so that the letter is no UTF-8.
    Files.writeString(
        file,
        "{\"kind\":\"train\",\"step\":1}\n" + line + "\n{\"kind\":\"train\",\"step\":2}\n",
        StandardCharsets.ISO_8859_1);
    var e = assertThrows(CheckpointException.class, () -> MetricsLog.read(file));
    assertTrue(e.getMessage().contains("metrics.jsonl:2"), e.getMessage());
    assertTrue(e.getMessage().contains("delete the line"), e.getMessage());
  }
}
