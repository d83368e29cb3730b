package org.maskwright.trainer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;

final class RunFolderTest {
  @TempDir private Path temporary;
  private final List<String> notes = new ArrayList<>();

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
  void theFilesOfARunAreWhereTheDocumentationSays() throws IOException {
    Path folder = temporary.resolve("run");
    try (RunFolder run = RunFolder.create(folder, "steps = 1\n")) {
      assertEquals(folder, run.folder());
      assertEquals(folder.resolve("config.conf"), run.config());
      assertEquals(folder.resolve("metrics.jsonl"), run.metrics());
      assertEquals(folder.resolve("tensorboard"), run.tensorboard());
      assertEquals(folder.resolve("samples"), run.samples());
      assertEquals(folder.resolve("checkpoints"), run.checkpoints());
      assertEquals(folder.resolve("summary.json"), run.summary());
      assertTrue(Files.isDirectory(run.samples()));
      run.writeSummary("{}");
      assertEquals("{}", Files.readString(run.summary()));
      Checksums.verifyIfListed(folder, List.of("config.conf"));
      assertTrue(Files.readString(folder.resolve("SHA256SUMS")).endsWith("  config.conf\n"));
    }
  }

  @Test
  void aFolderWithoutARunCannotBeResumed() {
    var error = assertThrows(ConfigException.class, () -> RunFolder.resume(temporary));
    assertTrue(error.getMessage().contains("no run to resume"), error.getMessage());
  }

  @Test
  void theConfigurationOfACheckpointIsFoundThroughLinks() throws IOException {
    Path run = temporary.resolve("run");
    try (RunFolder folder = RunFolder.create(run, "")) {
      Path step = Files.createDirectories(folder.checkpoints().resolve("step-00000001"));
      Path outside = Files.createSymbolicLink(temporary.resolve("best"), step);
      assertEquals(
          Optional.of(run.toRealPath().resolve("config.conf")), RunFolder.configOf(outside));
      assertEquals(Optional.empty(), RunFolder.configOf(run));
      assertEquals(Optional.empty(), RunFolder.configOf(run.resolve("no/such")));
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
      run.writeProvenance(provenance);
    }
    for (String name : List.of("provenance.json", "provenance-2.json", "provenance-3.json")) {
      String json = Files.readString(temporary.resolve(name));
      try (JsonParser parser = new JsonFactory().createParser(json)) {
        while (parser.nextToken() != null) {}
      }
      for (String field : List.of("\"seed\" : 7", "\"commit\"", "\"pytorch\"", "\"abc\"")) {
        assertTrue(json.contains(field), json);
      }
    }
  }

  @Test
  void aRunsConfigurationIsAsItWasWritten() throws IOException {
    String all = ConfigFile.defaults().render();
    RunFolder.create(temporary.resolve("run"), all).close();
    Path config = temporary.resolve("run/config.conf");
    assertEquals(ConfigFile.defaults().bind(RunSettings.class), settings(config));
    assertEquals(List.of(), notes);

    Files.writeString(config, all.replaceFirst("batch-size *= *16", "batch-size=8"));
    var changed = assertThrows(CheckpointException.class, () -> settings(config));
    assertTrue(changed.getMessage().contains("on purpose"), changed.getMessage());

    Files.writeString(config, all.substring(0, all.indexOf("\nschedule")));
    assertThrows(CheckpointException.class, () -> settings(config));

    Files.delete(config.resolveSibling("SHA256SUMS")); // nothing says that the rest was not there
    var cut = assertThrows(ConfigException.class, () -> settings(config));
    for (String key : List.of("schedule.warmup-steps: missing", "train.steps: missing")) {
      assertTrue(cut.getMessage().contains(key), cut.getMessage());
    }
  }

  @Test
  void keysThatCameAfterARunHaveTheirDefaults() throws IOException {
    String earlier = ConfigFile.defaults().render().replaceFirst("shard-optimizer=false", "");
    RunFolder.create(temporary.resolve("run"), earlier).close();
    assertEquals(
        ConfigFile.defaults().bind(RunSettings.class),
        settings(temporary.resolve("run/config.conf")));
    assertEquals(1, notes.size());
    assertTrue(notes.get(0).contains(" train.shard-optimizer: defaults"), notes.get(0));
  }

  private RunSettings settings(Path config) {
    return RunFolder.settings(config, List.of(), notes::add);
  }
}
