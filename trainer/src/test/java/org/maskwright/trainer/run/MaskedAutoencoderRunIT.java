package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
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
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;

/** Runs that pretrain a transformer on pictures alone, and what starts from it. */
class MaskedAutoencoderRunIT {
  private static final String VIT =
      """
      model.backbone {
        type = vit
        vit { family = mae, patch = 8, grid = 8, width = 32, depth = 2, heads = 2, mlp-dim = 64, registers = 0, map-channels = 32, drop-path = 0.1 }
      }
      """;
  private static final String SIZES = "{ width = 32, depth = 1, heads = 2, mlp-dim = 64 }";
  private static final String MAE =
      VIT
          + """
          model { pixel-decoder.type = none, decoder { type = masked-autoencoder, masked-autoencoder.blocks = %s } }
          train.task.type = mae
          eval { tasks = [reconstructions], best = reconstructions.loss, every = 3 }
          """
              .formatted(SIZES);
  private static final String R_MAE =
      VIT
          + """
          model {
            pixel-decoder.type = none
            decoder { type = region-autoencoder, region-autoencoder { pixels.blocks = %s, encoder = %s, blocks = %s } }
          }
          train.task { type = r-mae, r-mae { regions = felzenszwalb, count = 3, scale = 100, min-size = 20 } }
          eval { tasks = [reconstructions, regions], best = reconstructions.loss, every = 3 }
          """
              .formatted(SIZES, SIZES, SIZES);
  @TempDir static Path temp;

  private static Console silent() {
    return new Console(new PrintWriter(Writer.nullWriter()), false);
  }

  private static void train(Path config, Path run) throws IOException {
    try (Console silent = silent()) {
      TrainingRun.start(run, ConfigFile.load(config, List.of()), silent, List.of(), () -> false);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mae", "r-mae"})
  void aStoppedRunGoesOnToTheSameBitsAndShowsWhatItLearns(String task) throws IOException {
    String more = (task.equals("mae") ? MAE : R_MAE) + "train.accumulate = 2";
    Path config = TinyRun.write(temp, more);
    Path whole = temp.resolve(task + "-whole");
    train(config, whole);
    Path parts = temp.resolve(task + "-parts");
    AtomicInteger asked = new AtomicInteger();
    ConfigFile file = ConfigFile.load(config, List.of());
    TrainingRun.start(parts, file, silent(), List.of(), () -> asked.incrementAndGet() == 3);
    assertEquals(6, TrainingRun.resume(parts, silent(), List.of(), () -> false).step());
    for (String name : List.of("model.safetensors", "optimizer.safetensors")) {
      Path at = Path.of("checkpoints/step-00000006").resolve(name);
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(at)), Files.readAllBytes(parts.resolve(at)), name);
    }
    assertEquals(TinyRun.losses(whole), TinyRun.losses(parts));
    String log = Files.readString(whole.resolve("metrics.jsonl"));
    assertTrue(log.contains("reconstructions.loss") && log.contains("loss_pixels"), log);
    assertEquals(task.equals("r-mae"), log.contains("regions.IoU") && log.contains("loss_regions"));
    assertTrue(Files.exists(whole.resolve("samples/step-00000006.png")));
    assertTrue(Files.readString(whole.resolve("report.html")).contains("reconstructions"));
  }

  @Test
  void theModelIsEvaluatedSaysNothingAloneAndGivesItsBackbone() throws IOException {
    Path run = temp.resolve("start");
    train(TinyRun.write(temp, MAE + "train.steps = 2"), run);
    Path model = run.resolve("checkpoints/last");
    assertTrue(command(0, "eval", model.toString()).contains("reconstructions"));
    String photo = TinyRun.scenes(temp).get(0).toString();
    String refused =
        command(3, "predict", model.toString(), photo, "--out", temp.resolve("p").toString());
    assertTrue(refused.contains("init.backbone"), refused);
    Path tuned = temp.resolve("tuned");
    train(
        TinyRun.write(
            temp,
            VIT + "init.backbone = \"%s\"\ntrain.steps = 1\neval.loss = false".formatted(model)),
        tuned);
    StateDict before = Safetensors.read(model.resolve("model.safetensors"));
    StateDict after =
        Safetensors.read(tuned.resolve("checkpoints/last").resolve("model.safetensors"));
    float[] from = before.get("backbone.blocks.1.mlp.fc1.weight").toFloatArray();
    float[] to = after.get("backbone.blocks.1.mlp.fc1.weight").toFloatArray();
    for (int i = 0; i < from.length; i++) {
      assertEquals(from[i], to[i], 5e-3); // one step away
    }
  }

  private static String command(int code, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertEquals(
        code,
        Maskwright.run(new PrintWriter(out), new PrintWriter(err), arguments),
        () -> out + "" + err);
    return out + "" + err;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.backbone.type = resnet | hides patches",
        "model.backbone.vit { family = dinov3, grid = 0 } | hides patches",
        "model.decoder.masked-autoencoder.hidden = 0 | hidden",
        "model.decoder.masked-autoencoder.hidden = 1 | hidden",
        "model.pixel-decoder.type = fpn | type none",
        "train.task.type = segmentation | task.type out of [mae]",
        "train.task.type = r-mae | task.type out of [mae]",
        "eval { tasks = [panoptic], best = panoptic.PQ } | [reconstructions]",
        "eval { tasks = [regions], best = regions.IoU } | [reconstructions]",
        "eval { loss = true, best = loss.total } | best a metric",
      })
  void whatDoesNotGoTogetherIsRefusedWhenItIsRead(String more, String said) throws IOException {
    Path config = TinyRun.write(temp, MAE + more);
    String message =
        assertThrows(
                ConfigException.class,
                () -> ConfigFile.load(config, List.of()).bind(RunSettings.class))
            .getMessage();
    assertTrue(message.contains(said), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "augment.lsj { height = 60, width = 60 } | multiples of 8",
        "augment { type = none, none { short-edge = 4, max-size = 4 } } | multiples of 8",
        "eval { short-edge = 8, max-size = 8, every = 1 } | two patches",
      })
  void picturesThatCannotBeCutAreNamed(String more, String said) throws IOException {
    Path config = TinyRun.write(temp, MAE + more);
    Path run = temp.resolve("refused" + Math.abs(more.hashCode()));
    String message = assertThrows(RuntimeException.class, () -> train(config, run)).getMessage();
    assertTrue(message.contains(said), message);
  }

  @Test
  void pretrainingIsNotWhatMakesRegionsOfClasses() throws IOException {
    Path config = TinyRun.write(temp, R_MAE + "task = semantic");
    String message =
        assertThrows(ConfigException.class, () -> train(config, temp.resolve("semantic")))
            .getMessage();
    assertTrue(message.contains("task"), message);
  }
}
