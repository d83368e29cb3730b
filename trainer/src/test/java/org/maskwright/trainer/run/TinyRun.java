package org.maskwright.trainer.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.maskwright.trainer.config.ConfigFile;

/** A model and data set of which a step takes some milliseconds. */
public final class TinyRun {
  private static final String BASE =
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
      optimizer { learning-rate = 1.0e-3, clip-norm = 1.0 }
      train { steps = 6, batch-size = 2, log-every = 1, checkpoint-every = 2 }
      eval { every = 0, short-edge = 64, max-size = 64, samples = 1 }
      """;

  private TinyRun() {}

  /** Writes the configuration with some more lines, data beside it. */
  public static Path write(Path folder, String more) throws IOException {
    Path file = folder.resolve("tiny-" + Integer.toHexString(more.hashCode()) + ".conf");
    Files.writeString(file, BASE.formatted(folder.resolve("scenes")) + more + "\n");
    return file;
  }

  /** Trains two steps in a folder; the model. */
  public static Path trained(Path folder) throws IOException {
    Path config = write(folder, "train { steps = 2, checkpoint-every = 2 }");
    Path run = folder.resolve("run");
    try (Console silent = new Console(new PrintWriter(Writer.nullWriter()), false)) {
      TrainingRun.start(run, ConfigFile.load(config, List.of()), silent, List.of(), () -> false);
    }
    return run.resolve("checkpoints/last");
  }

  /** The photographs that a run in a folder is evaluated on, in the order of their names. */
  public static List<Path> scenes(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("scenes/images/val"))) {
      return files.sorted().toList();
    }
  }

  /** Step, loss and gradient norm of each training step in the log. */
  public static List<String> losses(Path run) throws IOException {
    List<String> out = new ArrayList<>();
    for (MetricsLog.Line line : MetricsLog.read(run.resolve("metrics.jsonl"))) {
      if (line.kind().equals("train")) {
        out.add(
            line.step() + " " + line.values().get("loss") + " " + line.values().get("gradNorm"));
      }
    }
    return out;
  }
}
