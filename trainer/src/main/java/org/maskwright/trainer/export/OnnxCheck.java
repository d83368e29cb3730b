package org.maskwright.trainer.export;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.scenes.Scenes;
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

  private static final long SCENES = 1;

  /**
   * Masked attention attends where a logit is not negative. One that is 0 but for rounding may fall
   * on either side in two correct implementations, and what follows differs by more than rounding:
   * a drawn scene on which the outputs differ is no proof, three are.
   */
  private static final int MOST_SCENES = 3;

  private final SegmentationModel model;
  private final OnnxModel.Ending ending;
  private final String picture;
  private final List<GraphInput> inputs;
  private final int threads;

  private OnnxCheck(
      SegmentationModel model,
      OnnxModel.Ending ending,
      String picture,
      List<GraphInput> inputs,
      int threads) {
    this.model = model;
    this.ending = ending;
    this.picture = picture;
    this.inputs = List.copyOf(inputs);
    this.threads = threads;
  }

  /**
   * What was said about the picture.
   *
   * @param outputs by name
   */
  private record Answer(Map<String, float[]> outputs) {
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
    List<Photograph> images =
        photograph
            .map(path -> List.of(PhotographFile.read(path, file.channels())))
            .orElseGet(() -> scenes(file));
    return new OnnxCheck(
        model,
        ending,
        photograph.map(Path::toString).orElse("a drawn scene"),
        images.stream().map(image -> GraphInput.of(image, file, sizes)).toList(),
        threads);
  }

  /** Scenes, their colours repeated for models of other channels. */
  private static List<Photograph> scenes(ModelFile file) {
    List<Photograph> out = new ArrayList<>();
    for (int i = 0; i < MOST_SCENES; i++) {
      out.add(ScenePicture.of(Scenes.sample(SCENES, 1 + i).image(), file.channels()));
    }
    return out;
  }

  /** What the model says, computed on its engine. */
  private Answer ofModel(GraphInput input) {
    Engine engine = model.engine();
    model.setTraining(false);
    Map<String, float[]> outputs = new LinkedHashMap<>();
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      Tensor pixels = engine.floats(input.pixels().array(), input.shape());
      Map<String, Tensor> made = ending.of(model.predict(pixels), pixels);
      made.forEach((name, t) -> outputs.put(name, t.cast(DType.FLOAT32).toFloats()));
    }
    return new Answer(outputs);
  }

  private Answer ofFile(OnnxSession session, GraphInput input) {
    Map<String, float[]> outputs = new LinkedHashMap<>();
    session
        .run(input.pixels(), input.shape())
        .forEach((name, output) -> outputs.put(name, output.values()));
    return new Answer(outputs);
  }

  /**
   * How far a file is from the model on an input.
   *
   * @param difference largest of an output, relative to its largest value
   */
  private record Compared(GraphInput input, double difference) {}

  /**
   * Checks that a file computes what the model does.
   *
   * @throws CheckpointException if onnxruntime cannot run it, or its outputs differ by more than
   *     {@link #MOST}, on each input
   */
  void require(Path file) {
    try (OnnxSession session = OnnxSession.open(file, threads)) {
      compare(file, session, MOST);
    }
  }

  /** On the first input on which they do not differ by more. */
  private Compared compare(Path file, OnnxSession session, double most) {
    double least = Double.POSITIVE_INFINITY;
    for (GraphInput input : inputs) {
      double difference = ofModel(input).differenceTo(ofFile(session, input).outputs());
      if (difference <= most) {
        return new Compared(input, difference);
      }
      least = Math.min(least, difference);
    }
    throw new CheckpointException(
        "%s: onnxruntime's outputs on %s differ from the model's by %.1e of their largest, expected at most %.0e; the file was not kept. Try another --picture; report it with the model.conf if that differs too"
            .formatted(file.getFileName(), picture, least, most));
  }

  /**
   * As {@link #require}, with the difference and the times of both.
   *
   * @throws CheckpointException as there
   */
  Exported exact(Path file) {
    return compared(file, "", MOST);
  }

  /**
   * As {@link #exact}, of a file with rounded numbers, which may differ.
   *
   * @throws CheckpointException if onnxruntime cannot run it, or its outputs are no numbers
   */
  Exported rounded(Path file) {
    return compared(file, " (of rounded numbers)", Double.MAX_VALUE);
  }

  private Exported compared(Path file, String what, double most) {
    Compared found;
    Timing timing;
    try (OnnxSession session = OnnxSession.open(file, threads)) {
      found = compare(file, session, most);
      GraphInput input = found.input();
      timing = Timing.of(() -> ofFile(session, input), () -> ofModel(input));
    }
    double theirs = timing.millis().get(0);
    double ours = timing.millis().get(1);
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("picture", picture);
    facts.put("difference", found.difference());
    facts.put("onnxruntime", OnnxSession.version());
    facts.put("onnxruntimeMillis", theirs);
    facts.put("engineMillis", ours);
    facts.put("runs", (long) timing.rounds());
    facts.put("threads", (long) threads);
    return new Exported(
        List.of(
            "compared with onnxruntime %s on %s, %dx%d: largest difference%s %.1e of the largest output"
                .formatted(
                    OnnxSession.version(),
                    picture,
                    found.input().shape()[2],
                    found.input().shape()[3],
                    what,
                    found.difference()),
            "time, %s on %d thread%s: onnxruntime %.0f ms, the engine %.0f ms"
                .formatted(
                    timing.rounds() == 1
                        ? "of one warm run"
                        : "median of " + timing.rounds() + " warm runs",
                    threads,
                    threads == 1 ? "" : "s",
                    theirs,
                    ours)),
        facts);
  }
}
