package org.maskwright.benchmarks.inference;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import org.maskwright.benchmarks.Measured;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Recording;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.onnx.Int8Calibration;
import org.maskwright.modelzoo.onnx.Int8Graph;
import org.maskwright.modelzoo.onnx.Int8Plan;
import org.maskwright.modelzoo.onnx.OnnxFile;
import org.maskwright.modelzoo.onnx.OnnxModel;
import org.maskwright.modelzoo.onnx.OnnxSizes;
import org.maskwright.onnx.OnnxSession;

/**
 * Times files that compute with bytes beside those of float32, of models with fresh weights on
 * random pixels, and prints a row of docs/onnx.md for each: operations with weights that compute
 * with bytes, sizes of both files, and onnxruntime's times, medians of runs in turn. What is lost
 * it cannot say: weights that were trained can.
 *
 * <p>Arguments: a folder for the files, which are removed again, threads, the side of the square
 * input in pixels, names of models.
 */
public final class Int8Table {
  private static final int CLASSES = 133;
  private static final int ROUNDS = 5;
  private static final double MIB = 1 << 20;
  private static final double NANOS = 1e9;

  private final Path folder;
  private final int threads;
  private final float[] pixels;
  private final long[] shape;

  private Int8Table(Path folder, int threads, int side) {
    this.folder = folder;
    this.threads = threads;
    this.shape = new long[] {1, 3, side, side};
    this.pixels = RandomStream.of(1, "pixels").normal(3 * side * side, 0, 1);
  }

  /** Prints the rows. */
  public static void main(String[] args) throws IOException {
    if (args.length < 4) {
      throw new IllegalArgumentException(
          "expected FOLDER THREADS SIDE MODEL ..., got " + Arrays.toString(args));
    }
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Int8Table table =
        new Int8Table(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    out.println("| model | in bytes | float32, MiB | int8, MiB | float32, s | int8, s |");
    out.println("|---|---|---|---|---|---|");
    for (String name : List.of(args).subList(3, args.length)) {
      out.println(table.row(name));
    }
  }

  private String row(String name) throws IOException {
    ModelConfig config = Variants.get(name);
    Path exact = folder.resolve(name + ".onnx");
    Path bytes = folder.resolve(name + "-int8.onnx");
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(threads));
        Recording recording = Recording.over(engine);
        SegmentationModel model =
            SegmentationModels.build(recording.engine(), config, ClassSpace.ofSize(CLASSES))) {
      OnnxSizes sizes = OnnxSizes.of(1, (int) shape[2], (int) shape[3]);
      OnnxGraph graph = OnnxModel.record(recording, model, sizes, OnnxModel.Ending.LOGITS);
      Int8Plan plan = Int8Plan.of(graph);
      write(exact, graph);
      write(bytes, Int8Graph.of(plan, calibrated(plan).best()));
      double[] seconds = seconds(exact, bytes);
      return String.format(
          Locale.ROOT,
          "| %s | %d of %d | %.0f | %.0f | %.2f | %.2f |",
          name,
          plan.count(),
          plan.weighted(),
          Files.size(exact) / MIB,
          Files.size(bytes) / MIB,
          seconds[0],
          seconds[1]);
    } finally {
      Files.deleteIfExists(exact);
      Files.deleteIfExists(bytes);
    }
  }

  private static void write(Path file, OnnxGraph graph) {
    OnnxFile.write(file, graph, Map.of(), "Maskwright", "benchmark");
  }

  private Int8Calibration calibrated(Int8Plan plan) throws IOException {
    Int8Calibration calibration = new Int8Calibration(plan);
    run(
        calibration.ranges(),
        out ->
            calibration.seeRanges(
                out.get(Int8Calibration.LEAST).values(), out.get(Int8Calibration.MOST).values()));
    run(
        calibration.errors(),
        out -> calibration.seeErrors(out.get(Int8Calibration.ERRORS).values()));
    return calibration;
  }

  private void run(OnnxGraph graph, Consumer<Map<String, OnnxSession.Output>> seen)
      throws IOException {
    Path file = folder.resolve("calibration.onnx");
    write(file, graph);
    try (OnnxSession session = OnnxSession.open(file, threads)) {
      seen.accept(session.run(FloatBuffer.wrap(pixels), shape));
    } finally {
      Files.delete(file);
    }
  }

  private double[] seconds(Path... files) {
    List<OnnxSession> sessions = new ArrayList<>();
    double[][] runs = new double[files.length][ROUNDS];
    try {
      for (Path file : files) {
        sessions.add(OnnxSession.open(file, threads));
      }
      for (int round = -1; round < ROUNDS; round++) { // the first one warms up
        for (int i = 0; i < files.length; i++) {
          long start = System.nanoTime();
          sessions.get(i).run(FloatBuffer.wrap(pixels), shape);
          runs[i][Math.max(0, round)] = (System.nanoTime() - start) / NANOS;
        }
      }
    } finally {
      sessions.forEach(OnnxSession::close);
    }
    return Arrays.stream(runs).mapToDouble(of -> Measured.median(DoubleStream.of(of))).toArray();
  }
}
