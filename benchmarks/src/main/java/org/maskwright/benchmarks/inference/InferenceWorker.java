package org.maskwright.benchmarks.inference;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.maskwright.benchmarks.Measured;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.trainer.checkpoint.ModelFolder;

/**
 * Runs a model once for each line {@code run} on standard input and answers the milliseconds and a
 * checksum of the outputs; {@code parts} answers the milliseconds of backbone, pixel decoder and
 * decoder; {@code memory} answers the process's peak resident MiB. benchmarks/peers/inference.py
 * drives it.
 *
 * <p>Arguments: model folder, safetensors with pixel_values, fp32 or bf16, threads.
 */
public final class InferenceWorker {
  private static final double NANOS_PER_MILLI = 1e6;

  private InferenceWorker() {}

  /** The worker. */
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    HostTensor pixels = Safetensors.read(Path.of(args[1])).get("pixel_values");
    EngineOptions options =
        EngineOptions.DEFAULT
            .withBackend("torch")
            .withThreads(Integer.parseInt(args[3]))
            .withPrecision(Precision.valueOf(args[2].toUpperCase(Locale.ROOT)));
    try (Engine engine = Engine.open(options);
        SegmentationModel model = ModelFolder.open(engine, Path.of(args[0]));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor input = engine.floats(pixels.toFloatArray(), pixels.shape());
      out.println("ready");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        switch (line) {
          case "run" -> out.println(run(engine, model, input));
          case "parts" -> out.println(parts(engine, model, input));
          case "memory" -> out.println(Measured.peakMiB());
          default -> throw new IllegalArgumentException("expected run, parts or memory: " + line);
        }
      }
    }
  }

  private static String run(Engine engine, SegmentationModel model, Tensor input) {
    try (var scope = engine.scope()) {
      long start = System.nanoTime();
      Outputs predictions = model.predict(input);
      float[] classes = predictions.classLogits().toFloats();
      float mask = predictions.maskLogits().sum().toFloats()[0];
      double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
      double sum = 0;
      for (float value : classes) {
        sum += value;
      }
      return String.format(Locale.ROOT, "%.1f %.4f %.4f", millis, sum, mask);
    }
  }

  private static String parts(Engine engine, SegmentationModel model, Tensor input) {
    try (var scope = engine.scope()) {
      long start = System.nanoTime();
      List<Tensor> maps = model.backbone().forward(input);
      maps.get(maps.size() - 1).sum().toFloats();
      long backbone = System.nanoTime();
      var features = model.pixelDecoder().forward(maps);
      features.maskFeatures().sum().toFloats();
      long pixelDecoder = System.nanoTime();
      model.decoder().predict(features).maskLogits().sum().toFloats();
      long end = System.nanoTime();
      return String.format(
          Locale.ROOT,
          "%.1f %.1f %.1f",
          (backbone - start) / NANOS_PER_MILLI,
          (pixelDecoder - backbone) / NANOS_PER_MILLI,
          (end - pixelDecoder) / NANOS_PER_MILLI);
    }
  }
}
