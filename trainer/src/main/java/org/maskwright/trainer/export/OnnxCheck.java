package org.maskwright.trainer.export;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.ResizeToFit;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.onnx.OnnxModel;
import org.maskwright.modelzoo.onnx.OnnxSizes;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.onnx.OnnxSession;
import org.maskwright.trainer.checkpoint.ModelFile;

/**
 * Whether an exported file computes what its model does, on a picture: a photograph of the user's,
 * or a drawn scene.
 */
final class OnnxCheck {
  /** Largest difference of an output, relative to its largest value, that counts as equal. */
  static final double MOST = 1e-3;

  private static final int RUNS = 2;
  private static final double NANOS_IN_MILLI = 1e6;
  private static final long SCENE = 1;

  private final SegmentationModel model;
  private final OnnxModel.Ending ending;
  private final String picture;
  private final float[] pixels;
  private final long[] shape;
  private final int threads;

  private OnnxCheck(
      SegmentationModel model,
      OnnxModel.Ending ending,
      String picture,
      float[] pixels,
      long[] shape,
      int threads) {
    this.model = model;
    this.ending = ending;
    this.picture = picture;
    this.pixels = pixels;
    this.shape = shape;
    this.threads = threads;
  }

  /**
   * What was said about the picture.
   *
   * @param outputs by name
   * @param millis of the fastest run
   */
  private record Answer(Map<String, float[]> outputs, double millis) {
    /** The largest difference of an output of numbers, relative to its largest value. */
    double differenceTo(Map<String, float[]> others) {
      double worst = 0;
      for (Map.Entry<String, float[]> output : outputs.entrySet()) {
        worst = Math.max(worst, difference(output.getKey(), output.getValue(), others));
      }
      return worst;
    }

    private static double difference(String name, float[] expected, Map<String, float[]> others) {
      float[] got = others.get(name);
      if (got == null || got.length != expected.length) {
        return Double.POSITIVE_INFINITY;
      }
      return switch (name) {
        case "labels" -> unequal(expected, got);
        case "instance_scores" -> relative(sorted(expected), sorted(got));
        // Which of two equal scores comes first is not the model's to say.
        case "instance_classes", "instance_masks" -> 0;
        default -> relative(expected, got);
      };
    }

    private static float[] sorted(float[] values) {
      float[] out = values.clone();
      Arrays.sort(out);
      return out;
    }

    private static double unequal(float[] expected, float[] got) {
      int count = 0;
      for (int i = 0; i < expected.length; i++) {
        count += expected[i] == got[i] ? 0 : 1;
      }
      return (double) count / expected.length;
    }

    private static double relative(float[] expected, float[] got) {
      double most = 0;
      double difference = 0;
      for (int i = 0; i < expected.length; i++) {
        most = Math.max(most, Math.abs(expected[i]));
        difference = Math.max(difference, Math.abs((double) expected[i] - got[i]));
        if (Float.isNaN(got[i])) {
          return Double.NaN;
        }
      }
      return most == 0 ? difference : difference / most;
    }
  }

  /**
   * Of a model.
   *
   * @param photograph empty: a drawn scene
   * @param threads of both
   * @throws org.maskwright.datasets.DatasetException if the photograph cannot be read
   */
  static OnnxCheck of(
      ModelFile file,
      SegmentationModel model,
      OnnxSizes sizes,
      OnnxModel.Ending ending,
      Optional<Path> photograph,
      int threads) {
    Photograph image =
        photograph
            .map(path -> PhotographFile.read(path, file.channels()))
            .orElseGet(() -> scene(file));
    SampleInfo info =
        new SampleInfo(ImageId.of("check"), Path.of("check"), image.width(), image.height());
    TrainingExample example =
        new Augmentation(
                List.of(new ResizeToFit(sizes.height(), sizes.width())),
                Task.SEMANTIC,
                Augmentation.EmptyMasks.DROP)
            .apply(
                new Sample(info, image, List.of()),
                Categories.of(List.of()),
                RandomGenerator.getDefault());
    int channels = model.inputs();
    float[] content = new float[channels * example.height() * example.width()];
    example.normalizeInto(file.normalization(), content, 0);
    float[] pixels = new float[sizes.images() * channels * sizes.height() * sizes.width()];
    for (int i = 0; i < sizes.images() * channels; i++) {
      for (int y = 0; y < example.height(); y++) {
        System.arraycopy(
            content,
            (i % channels * example.height() + y) * example.width(),
            pixels,
            (i * sizes.height() + y) * sizes.width(),
            example.width());
      }
    }
    return new OnnxCheck(
        model,
        ending,
        photograph.map(Path::toString).orElse("a drawn scene"),
        pixels,
        new long[] {sizes.images(), channels, sizes.height(), sizes.width()},
        threads);
  }

  /** A scene, its colours repeated for models of other channels. */
  private static Photograph scene(ModelFile file) {
    return ScenePicture.of(Scenes.sample(SCENE, 1).image(), file.channels());
  }

  /** What the model says, computed on its engine. */
  private Answer ofModel() {
    Engine engine = model.engine();
    model.setTraining(false);
    double best = Double.POSITIVE_INFINITY;
    Map<String, float[]> outputs = new LinkedHashMap<>();
    for (int run = 0; run < RUNS; run++) {
      try (var off = engine.noGrad();
          Scope scope = engine.scope()) {
        long start = System.nanoTime();
        Tensor input = engine.floats(pixels, shape);
        Map<String, Tensor> made = ending.of(model.predict(input), input);
        engine.synchronize();
        best = Math.min(best, (System.nanoTime() - start) / NANOS_IN_MILLI);
        made.forEach((name, t) -> outputs.put(name, t.cast(DType.FLOAT32).toFloats()));
      }
    }
    return new Answer(outputs, best);
  }

  private Answer ofFile(Path file) {
    double best = Double.POSITIVE_INFINITY;
    Map<String, float[]> outputs = new LinkedHashMap<>();
    try (OnnxSession session = OnnxSession.open(file, threads)) {
      for (int run = 0; run < RUNS; run++) {
        long start = System.nanoTime();
        Map<String, OnnxSession.Output> made = session.run(FloatBuffer.wrap(pixels), shape);
        best = Math.min(best, (System.nanoTime() - start) / NANOS_IN_MILLI);
        made.forEach((name, output) -> outputs.put(name, output.values()));
      }
    }
    return new Answer(outputs, best);
  }

  /**
   * Runs a file beside the model.
   *
   * @throws CheckpointException if onnxruntime cannot run it, or its outputs differ by more than
   *     {@link #MOST}
   */
  Exported exact(Path file) {
    return compared(file, "", MOST);
  }

  /**
   * As {@link #exact}, of a file with rounded weights, which may differ.
   *
   * @throws CheckpointException if onnxruntime cannot run it, or its outputs are no numbers
   */
  Exported rounded(Path file) {
    return compared(file, " (of rounded weights)", Double.MAX_VALUE);
  }

  private Exported compared(Path file, String what, double most) {
    Answer expected = ofModel();
    Answer got = ofFile(file);
    double difference = expected.differenceTo(got.outputs());
    if (!(difference <= most)) {
      throw new CheckpointException(
          "%s: onnxruntime's outputs on %s differ from the model's by %.1e of their largest, expected at most %.0e; the file was not kept. Try another --picture; report it with the model.conf if that differs too"
              .formatted(file.getFileName(), picture, difference, most));
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("picture", picture);
    facts.put("difference", difference);
    facts.put("onnxruntime", OnnxSession.version());
    facts.put("onnxruntimeMillis", got.millis());
    facts.put("engineMillis", expected.millis());
    facts.put("threads", (long) threads);
    return new Exported(
        List.of(
            "compared with onnxruntime %s on %s, %dx%d: largest difference%s %.1e of the largest output"
                .formatted(OnnxSession.version(), picture, shape[2], shape[3], what, difference),
            "time, better of %d runs on %d thread%s: onnxruntime %.0f ms, the engine %.0f ms"
                .formatted(
                    RUNS, threads, threads == 1 ? "" : "s", got.millis(), expected.millis())),
        facts);
  }
}
