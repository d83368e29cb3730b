package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;

/** A run that teaches a model to answer prompts, from the configuration to its page. */
class PromptRunIT {
  private static final String MODEL =
      """
      task = instance
      model {
        hidden-dim = 32, mask-dim = 4, size-divisibility = 64
        backbone {
          type = vit
          vit { family = sam, patch = 8, grid = 8, width = 32, depth = 2, heads = 2, mlp-dim = 64, registers = 0, neck = 32, map-channels = 0 }
        }
        pixel-decoder.type = image-embedding
        decoder { type = prompts, prompts { layers = 2, heads = 2, feedforward-dim = 64, dropout = 0 } }
      }
      train.task { type = prompts, prompts { objects = 2, points = 2 } }
      eval { tasks = [prompts, auto-masks], best = prompts.mIoU1, every = 0 }
      """;
  @TempDir static Path temp;

  private static void train(Path config, Path run) throws IOException {
    try (Console silent = new Console(new PrintWriter(Writer.nullWriter()), false)) {
      TrainingRun.start(run, ConfigFile.load(config, List.of()), silent, List.of(), () -> false);
    }
  }

  @Test
  void theRunHasMetricsPicturesAndAPage() throws IOException {
    Path run = temp.resolve("run");
    train(TinyRun.write(temp, MODEL + "train { steps = 4 }"), run);
    String log = Files.readString(run.resolve("metrics.jsonl"));
    assertTrue(log.contains("prompts.mIoU9") && log.contains("auto-masks.AR1000"), log);
    assertTrue(Files.exists(run.resolve("samples/step-00000004.png")));
    assertTrue(Files.readString(run.resolve("report.html")).contains("prompts"));
    assertTrue(Files.exists(run.resolve("checkpoints/best")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train.task.type = segmentation | train",
        "eval { tasks = [panoptic], best = panoptic.PQ } | eval",
        "eval { loss = true, best = loss.total } | eval",
      })
  void whatAModelOfPromptsCannotDoIsRefusedWhenItIsRead(String more, String where)
      throws IOException {
    Path config = TinyRun.write(temp, MODEL + more);
    String message =
        assertThrows(
                ConfigException.class,
                () -> ConfigFile.load(config, List.of()).bind(RunSettings.class))
            .getMessage();
    assertTrue(message.contains(where) && message.contains("prompts"), message);
  }

  @Test
  void promptsOfAModelOfQueriesAreRefusedWhenTheyAreRead() throws IOException {
    Path config = TinyRun.write(temp, "train.task.type = prompts");
    String message =
        assertThrows(
                ConfigException.class,
                () -> ConfigFile.load(config, List.of()).bind(RunSettings.class))
            .getMessage();
    assertTrue(message.contains("task.type out of [segmentation"), message);
    assertEquals(1, message.lines().filter(line -> line.contains("prompts")).count(), message);
  }
}
