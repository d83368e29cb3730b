package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.scenes.CaptionShapes;
import org.maskwright.datasets.scenes.ShapePicturesConfig;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;

/** Runs that learn from captions, and what becomes of their words. */
class CaptionRunIT {
  private static final String DATA =
      """
      engine { backend = torch, device = cpu, threads = 1 }
      task = instance
      data {
        root = "%s"
        train { type = coco-instance, split = train, images = images/train, annotations = annotations/shapes_train.json }
        val { split = val, images = images/val, annotations = annotations/shapes_val.json }
      }
      optimizer { learning-rate = 1.0e-3, clip-norm = 1.0 }
      """;
  private static final String BACKBONE =
      """
      model {
        hidden-dim = 32, mask-dim = 32
        backbone { type = vit, vit { family = clip, patch = 8, grid = 4, width = 32, depth = 2, heads = 2, mlp-dim = 64, mlp = quick-gelu, registers = 0, word-width = 16, map-channels = 32 } }
      }
      augment { type = lsj, lsj { height = 32, width = 32, min-scale = 0.9, max-scale = 1.1 } }
      """;
  private static final String CAPTIONS =
      """
      data.train.captions = [annotations/captions_train.json]
      data.val.captions = [annotations/captions_val.json]
      model {
        pixel-decoder.type = none
        decoder {
          type = captions
          captions { embedding = 16, width = 32, layers = 1, heads = 2, context = 16, view-hidden = 16, view-width = 8, merges = ["r e", "re d</w>", "d i", "s c</w>", "di sc</w>"] }
        }
      }
      train { task.type = clip, steps = 6, batch-size = 4, log-every = 1, checkpoint-every = 1, keep-checkpoints = 6 }
      eval { tasks = [retrieval], best = retrieval.R1, every = 3, short-edge = 32, max-size = 32, samples = 1 }
      """;
  private static final String SLIP =
      """
      train.task.type = slip
      augment { type = views, views { view { height = 32, width = 32 }, views = [{ min-scale = 0.8 }, {}, {}] } }
      """;

  @TempDir static Path temp;

  private final StringWriter output = new StringWriter();

  @BeforeAll
  static void pictures() {
    CaptionShapes.write(temp.resolve("data"), new ShapePicturesConfig(3, 12, 6, 32), root -> {});
  }

  private int run(String... args) {
    output.getBuffer().setLength(0);
    PrintWriter writer = new PrintWriter(output, true);
    return Maskwright.run(writer, writer, args);
  }

  private static Path config(String name, String... parts) throws IOException {
    Path file = temp.resolve(name + ".conf");
    Files.writeString(
        file, DATA.formatted(temp.resolve("data")) + BACKBONE + String.join("\n", parts) + "\n");
    return file;
  }

  private void train(Path config, Path run) {
    assertEquals(0, run("train", config.toString(), "--run-dir", run.toString()), output::toString);
  }

  @Test
  void wordsOfARunAreThoseOfASegmentationOnItsBackbone() throws IOException {
    Path run = temp.resolve("clip");
    train(config("clip", CAPTIONS), run);
    assertTrue(output.toString().contains("captions: 24; pictures with captions: 12 of 12"));
    String log = Files.readString(run.resolve("metrics.jsonl"));
    for (String metric :
        List.of("retrieval.text-R5", "retrieval.image-R1", "retrieval.zero-shot")) {
      assertTrue(log.contains(metric), metric);
    }
    assertTrue(Files.exists(run.resolve("samples/step-00000006.png")));
    assertTrue(Files.readString(run.resolve("report.html")).contains("retrieval"));
    Path best = run.resolve("checkpoints/best");
    assertEquals(0, run("eval", best.toString()), output::toString);

    Path classes = temp.resolve("classes.txt");
    Files.write(classes, CaptionShapes.classes());
    Path bank = temp.resolve("bank.safetensors");
    assertEquals(
        0,
        run(
            "text-bank",
            "--classes",
            classes.toString(),
            "--model",
            best.toString(),
            "--out",
            bank.toString(),
            "--templates",
            "name"),
        output::toString);
    assertEquals(16, TextBank.read(bank).width());

    String words =
        """
        model {
          pixel-decoder.deformable { layers = 1, heads = 2, feedforward-dim = 32 }
          decoder.masked-attention { queries = 4, layers = 1, heads = 2, feedforward-dim = 32 }
          class-head { type = words, words { bank = "%s", out-of-vocabulary { seen-weight = 0.4, unseen-weight = 0.8 } } }
        }
        init.backbone = "%s"
        criterion.points.points = 64
        train { steps = 1, batch-size = 2 }
        eval { every = 0, short-edge = 32, max-size = 32, tasks = [instance], best = instance.AP }
        """
            .formatted(bank, best);
    Path segmentation = temp.resolve("words");
    train(config("words", words), segmentation);
    Path other = temp.resolve("other.safetensors");
    Path asked = temp.resolve("asked.txt");
    Files.writeString(asked, "red thing\nblue|something blue\n");
    assertEquals(
        0,
        run(
            "text-bank",
            "--classes",
            asked.toString(),
            "--model",
            best.toString(),
            "--out",
            other.toString()),
        output::toString);
    Path photo = temp.resolve("data/images/val").toFile().listFiles()[0].toPath();
    for (List<String> with :
        List.of(List.of("--bank", other.toString()), List.of("--text-model", best.toString()))) {
      assertEquals(
          0,
          run(
              "predict",
              segmentation.resolve("checkpoints/last").toString(),
              photo.toString(),
              "--classes",
              "red thing, blue|something blue",
              with.get(0),
              with.get(1),
              "--out",
              temp.resolve("out" + with.get(0)).toString()),
          output::toString);
    }
  }

  /** Stopped after each of its steps by a kill, by which nothing is written. */
  @ParameterizedTest
  @ValueSource(strings = {"clip", "slip"})
  void aKilledRunGoesOnToTheSameBits(String task) throws Exception {
    Path config = config("killed-" + task, CAPTIONS, task.equals("slip") ? SLIP : "");
    Path whole = temp.resolve("whole-" + task);
    train(config, whole);
    Path killed = temp.resolve("killed-" + task);
    for (int steps : new int[] {2, 1}) {
      KilledTraining.runUntilKilled(KilledRunIT.arguments(config, killed), steps, 0);
      KilledRunIT.assertWhole(killed);
    }
    assertEquals(
        0, run(KilledRunIT.arguments(config, killed).toArray(String[]::new)), output::toString);
    for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
      Path last = Path.of("checkpoints/step-00000006").resolve(file);
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(last)), Files.readAllBytes(killed.resolve(last)), file);
    }
    assertEquals(TinyRun.losses(whole), TinyRun.losses(killed));
    assertEquals(KilledRunIT.evaluations(whole), KilledRunIT.evaluations(killed));
  }

  @Test
  void picturesWithoutCaptionsAreLeftOutAndLongOnesNamed() throws IOException {
    Path told = temp.resolve("data/told.tsv");
    Files.writeString(
        told, "1\t" + "a red disc and ".repeat(9) + "nothing\n2\tred\n3\tblue\n99\tgone\n4\t\n");
    Path config = config("few", CAPTIONS, "data.train.captions = [told.tsv], train.steps = 1");
    train(config, temp.resolve("few"));
    String said = output.toString();
    assertTrue(said.contains("pictures without a caption, left out: 9 of 12"), said);
    assertTrue(said.contains("1 of 3 captions are longer than"), said);
    assertTrue(said.contains("that are not there, left out: 1 (99)"), said);
    assertTrue(said.contains("that say nothing, left out: 1 (4)"), said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data.train.captions = [] | set data.train.captions",
        "data.val.captions = [] | set data.val.captions",
        "model.decoder.captions.embedding = 8 | decoder.captions.embedding: expected the width",
        "augment { type = views, views.views = [{}, {}] } | one view of a picture, with train.task.type = clip",
      })
  void whatCannotBeLearntFromIsNamedBeforeTheFirstStep(String more, String message)
      throws IOException {
    Path config = config("bad-" + Integer.toHexString(more.hashCode()), CAPTIONS, more);
    Path run = temp.resolve("bad-" + Integer.toHexString(more.hashCode()));
    assertTrue(run("train", config.toString(), "--run-dir", run.toString()) != 0);
    assertTrue(output.toString().contains(message), output::toString);
    assertTrue(!Files.exists(run.resolve("checkpoints/step-00000001")));
  }

  @Test
  void slipNeedsTheMlpForViews() throws IOException {
    Path config = config("flat", CAPTIONS, SLIP, "model.decoder.captions.view-hidden = 0");
    String message =
        assertThrows(
                ConfigException.class,
                () -> ConfigFile.load(config, List.of()).bind(RunSettings.class))
            .getMessage();
    assertTrue(message.contains("task.type out of [clip]"), message);
  }

  @Test
  void aVocabularyIsLearntFromCaptions() throws IOException {
    Path file = temp.resolve("vocabulary.conf");
    assertEquals(
        0,
        run(
            "data",
            "vocabulary",
            temp.resolve("data/annotations/captions_train.json").toString(),
            "--merges",
            "20",
            "--out",
            file.toString()),
        output::toString);
    assertTrue(
        output.toString().contains("20 merges, 534 tokens, of 24 captions"), output::toString);
    Path config = config("learnt", CAPTIONS, "include \"vocabulary.conf\"");
    RunSettings run = ConfigFile.load(config, List.of()).bind(RunSettings.class);
    assertTrue(run.model().decoder().toString().contains("merges=["), run.model()::toString);
  }
}
