package org.maskwright.trainer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.config.ConfigException;

final class RunFolderTest {
  @TempDir private Path temporary;

  @Test
  void aRunIsNeverOverwrittenByAnother() throws IOException {
    Path folder = temporary.resolve("runs/a");
    RunFolder.create(folder, "steps = 1\n").close();
    var error = assertThrows(ConfigException.class, () -> RunFolder.create(folder, "steps = 2\n"));
    assertTrue(error.getMessage().contains("--resume"), error.getMessage());
    assertEquals("steps = 1\n", Files.readString(folder.resolve("config.conf")));
    RunFolder.resume(folder).close();
  }

  @Test
  void onlyOneProcessUsesARun() {
    try (RunFolder first = RunFolder.create(temporary, "")) {
      var error = assertThrows(ConfigException.class, () -> RunFolder.resume(first.folder()));
      assertTrue(error.getMessage().contains("another process"), error.getMessage());
    }
    RunFolder.resume(temporary).close();
  }

  @Test
  void aFolderWithoutARunCannotBeResumed() {
    var error = assertThrows(ConfigException.class, () -> RunFolder.resume(temporary));
    assertTrue(error.getMessage().contains("no run to resume"), error.getMessage());
  }

  @Test
  void rewoundMetricsEndAtTheStepAndDropALineCutOff() throws IOException {
    try (RunFolder run = RunFolder.create(temporary, "")) {
      run.rewindMetrics(0);
      assertFalse(Files.exists(run.metrics()));
      String upToTwo =
          """
          {"event":"start"}
          {"loss":{"step":9},"step":1}
          {"step":2,"eval":{"PQ":1.5}}
          """;
      Files.writeString(run.metrics(), upToTwo + "{\"step\":3}\n{\"step\":4,\"lo");
      run.rewindMetrics(2);
      assertEquals(upToTwo, Files.readString(run.metrics()));
    }
  }

  @Test
  void provenanceIsJsonAndEachResumeAddsItsOwn() throws IOException {
    var provenance =
        Provenance.current(
            7, "torch", "cpu", List.of("train", "a \"b\".conf"), Map.of("train", "abc"));
    try (RunFolder run = RunFolder.create(temporary, "")) {
      run.writeProvenance(provenance);
      run.writeProvenance(provenance);
    }
    for (String name : List.of("provenance.json", "provenance-2.json")) {
      String json = Files.readString(temporary.resolve(name));
      try (JsonParser parser = new JsonFactory().createParser(json)) {
        while (parser.nextToken() != null) {}
      }
      for (String field : List.of("\"seed\" : 7", "\"commit\"", "\"pytorch\"", "\"abc\"")) {
        assertTrue(json.contains(field), json);
      }
    }
  }
}
