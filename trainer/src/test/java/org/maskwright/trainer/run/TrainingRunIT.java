package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.config.ConfigFile;

/** Whole runs of a tiny model on a handful of Scenes. */
class TrainingRunIT {
  private static final String TINY =
      """
      data {
        root = "%s"
        scenes { seed = 3, train-images = 6, val-images = 3, width = 64, height = 64, max-things = 3 }
        train { type = coco-panoptic, split = train, images = images/train, annotations = annotations/panoptic_train.json }
        val { split = val, images = images/val, annotations = annotations/panoptic_val.json }
      }
      engine { backend = torch, device = cpu, threads = 1 }
      model {
        hidden-dim = 32, mask-dim = 32
        backbone.resnet { block = basic, blocks = [1, 1, 1, 1], width = 8, norm = batch }
        pixel-decoder.deformable { layers = 1, heads = 2, feedforward-dim = 32 }
        decoder.masked-attention { queries = 8, layers = 2, heads = 2, feedforward-dim = 32 }
      }
      augment { type = lsj, lsj { height = 64, width = 64, min-scale = 0.8, max-scale = 1.2 } }
      criterion.points.points = 64
      optimizer { learning-rate = 1.0e-3, clip-norm = 1.0, ema-decay = %s }
      train { steps = 6, batch-size = 2, log-every = 1, checkpoint-every = 2 }
      eval { every = 0, short-edge = 64, max-size = 64, samples = 1 }
      """;

  @TempDir private Path temp;

  private ConfigFile config(String ema) throws IOException {
    Path file = temp.resolve("tiny-" + ema + ".conf");
    Files.writeString(file, TINY.formatted(temp.resolve("scenes"), ema));
    return ConfigFile.load(file, List.of());
  }

  private static Console silent() {
    return new Console(new PrintWriter(new StringWriter()), false);
  }

  private static byte[] weights(Path run, String name) throws IOException {
    return Files.readAllBytes(run.resolve("checkpoints/step-00000006").resolve(name));
  }

  private static List<String> losses(Path run) throws IOException {
    List<String> out = new ArrayList<>();
    for (MetricsLog.Line line : MetricsLog.read(run.resolve("metrics.jsonl"))) {
      if (line.kind().equals("train")) {
        out.add(
            line.step() + " " + line.values().get("loss") + " " + line.values().get("gradNorm"));
      }
    }
    return out;
  }

  @Test
  void anInterruptedAndResumedRunEndsWithTheSameBitsAsOneNeverStopped() throws IOException {
    for (String ema : List.of("0.0", "0.9")) {
      Path whole = temp.resolve("whole-" + ema);
      TrainingRun.start(whole, config(ema), silent(), List.of(), () -> false);
      Path parts = temp.resolve("parts-" + ema);
      AtomicInteger asked = new AtomicInteger();
      RunSummary first =
          TrainingRun.start(
              parts, config(ema), silent(), List.of(), () -> asked.incrementAndGet() == 3);
      assertTrue(first.interrupted());
      assertEquals(3, first.step());
      RunSummary second = TrainingRun.resume(parts, silent(), List.of(), () -> false);
      assertEquals(6, second.step());
      assertArrayEquals(
          weights(whole, "model.safetensors"),
          weights(parts, "model.safetensors"),
          "weights, ema " + ema);
      assertArrayEquals(
          weights(whole, "optimizer.safetensors"),
          weights(parts, "optimizer.safetensors"),
          "moments");
      assertEquals(losses(whole), losses(parts));
    }
  }

  @Test
  void aFinishedRunHoldsConfigProvenanceMetricsPicturesAndSummary() throws IOException {
    Path run = temp.resolve("run");
    RunSummary summary =
        TrainingRun.start(run, config("0.0"), silent(), List.of("train"), () -> false);
    for (String name :
        List.of(
            "config.conf",
            "provenance.json",
            "metrics.jsonl",
            "summary.json",
            "samples/step-00000006.png")) {
      assertTrue(Files.size(run.resolve(name)) > 0, name);
    }
    assertTrue(Files.isRegularFile(run.resolve("checkpoints/best/model.conf")));
    assertFalse(summary.interrupted());
    for (String metric : List.of("panoptic.PQ", "instance.AP", "semantic.mIoU")) {
      assertTrue(
          Files.readString(run.resolve("summary.json")).contains('"' + metric + '"'), metric);
    }
  }
}
