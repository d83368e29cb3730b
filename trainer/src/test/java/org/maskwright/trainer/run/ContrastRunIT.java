package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;

/** Runs that tell views of pictures apart: what is resumed, shown and refused. */
class ContrastRunIT {
  private static final String MORE =
      """
      model {
        pixel-decoder.type = none
        decoder { type = contrast, contrast { width = 8, hidden = 16, point-hidden = 16, point-map = 1 } }
      }
      data.train { type = pictures, images = images/train, split = "", annotations = "" }
      data.val { type = pictures, images = images/val, split = "", annotations = "" }
      augment { type = views, views { view { height = 64, width = 64 }, overlap = 0.5 } }
      train.task { moco.queue = 4, plrc.queue = 4 }
      eval { tasks = [points], best = points.accuracy, every = 3 }
      """;
  @TempDir static Path temp;

  private static Console silent() {
    return new Console(new PrintWriter(Writer.nullWriter()), false);
  }

  private static Path config(String more) throws IOException {
    TinyRun.write(temp, ""); // its scenes
    return TinyRun.write(temp, MORE + more);
  }

  private static void train(Path config, Path run) throws IOException {
    try (Console silent = silent()) {
      TrainingRun.start(run, ConfigFile.load(config, List.of()), silent, List.of(), () -> false);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"moco", "plrc", "simclr"})
  void aStoppedRunGoesOnToTheSameBitsAndShowsWhatItLearns(String task) throws IOException {
    Path config =
        config("train { task.type = %s, accumulate = 2, checkpoint-every = 3 }".formatted(task));
    Path whole = temp.resolve(task + "-whole");
    train(config, whole);
    Path parts = temp.resolve(task + "-parts");
    AtomicInteger asked = new AtomicInteger();
    ConfigFile file = ConfigFile.load(config, List.of());
    TrainingRun.start(parts, file, silent(), List.of(), () -> asked.incrementAndGet() == 3);
    assertEquals(6, TrainingRun.resume(parts, silent(), List.of(), () -> false).step());
    Path last = Path.of("checkpoints/step-00000006");
    boolean more = !task.equals("simclr"); // than the model
    assertEquals(more, Files.exists(whole.resolve(last).resolve("task.safetensors")));
    for (String name :
        more
            ? List.of("model.safetensors", "optimizer.safetensors", "task.safetensors")
            : List.of("model.safetensors", "optimizer.safetensors")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(last).resolve(name)),
          Files.readAllBytes(parts.resolve(last).resolve(name)),
          name);
    }
    assertEquals(TinyRun.losses(whole), TinyRun.losses(parts));
    if (more) {
      var held = Safetensors.read(whole.resolve(last).resolve("task.safetensors"));
      assertTrue(held.contains("queue.rows"));
      assertEquals(task.equals("plrc"), held.contains("points.centre"));
    }
    String log = Files.readString(whole.resolve("metrics.jsonl"));
    assertTrue(log.contains("points.accuracy") && log.contains("loss_image"), log);
    assertEquals(task.equals("plrc"), log.contains("loss_affinity"));
    assertTrue(Files.exists(whole.resolve("samples/step-00000006.png")));
  }

  @Test
  void aQueueLongerThanTheSetIsRefusedBeforeTheFirstStep() throws IOException {
    Path config = config("train.task { type = moco, moco.queue = 7 }");
    ConfigException e =
        assertThrows(ConfigException.class, () -> train(config, temp.resolve("long")));
    assertTrue(
        e.getMessage().contains("train.task.moco.queue: expected at most 6"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train.task.type = moco ; augment.type = crop | 2 views of a picture",
        "train.task.type = plrc ; model.decoder.contrast.point-hidden = 0 | task.type out of [moco, simclr]",
        "train.task.type = moco ; train.task.moco.momentum = 1 | momentum",
        "train.task.type = moco ; augment.views.overlap = 2 | overlap",
        "train.task.type = moco ; data.source.clips.frames = 2 | clips",
        "train.task.type = moco ; augment.views.view.min-scale = 0 | min-scale",
      })
  void whatDoesNotFitIsRefused(String more, String why) throws IOException {
    Path config = config(more.replace(";", "\n"));
    ConfigException e =
        assertThrows(
            ConfigException.class,
            () -> ConfigFile.load(config, List.of()).bind(RunSettings.class));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }
}
