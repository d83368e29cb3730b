package org.maskwright.benchmarks.checkpoint;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.checkpoint.ParameterState;

/**
 * Writes a model's tensors for each line {@code save} on standard input, reads them back into it
 * for each line {@code load}, and answers the milliseconds. A written file is synced to the disk,
 * as in training. benchmarks/peers/run.py drives it.
 *
 * <p>Arguments: model folder, file to write, threads; or {@code fresh}, variant, model folder to
 * make with initial values.
 */
public final class CheckpointWorker {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int CLASSES = 133;

  private CheckpointWorker() {}

  /** The worker. */
  public static void main(String[] args) throws IOException {
    if (args[0].equals("fresh")) {
      fresh(args[1], Path.of(args[2]));
      return;
    }
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path file = Path.of(args[1]);
    EngineOptions options =
        EngineOptions.DEFAULT.withBackend("torch").withThreads(Integer.parseInt(args[2]));
    try (Engine engine = Engine.open(options);
        SegmentationModel model = ModelFolder.open(engine, Path.of(args[0]));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      out.println("ready");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        long start = System.nanoTime();
        switch (line) {
          case "save" -> Safetensors.write(file, ParameterState.view(model.state()));
          case "load" ->
              ParameterState.load(model.state(), Safetensors.read(file), file.toString());
          default -> throw new IllegalArgumentException("expected save or load: " + line);
        }
        double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
        out.println(String.format(Locale.ROOT, "%.1f", millis));
      }
    }
  }

  private static void fresh(String variant, Path folder) throws IOException {
    ClassSpace classes = ClassSpace.ofSize(CLASSES);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"));
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get(variant), classes)) {
      Files.createDirectories(folder);
      ModelFile file =
          new ModelFile(
              Variants.get(variant),
              classes.classes(),
              800,
              1333,
              List.of(123.675, 116.28, 103.53),
              List.of(58.395, 57.12, 57.375),
              "");
      ModelFolder.write(folder, file, model);
    }
  }
}
