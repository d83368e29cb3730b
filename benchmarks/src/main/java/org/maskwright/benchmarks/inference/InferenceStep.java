package org.maskwright.benchmarks.inference;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.maskwright.benchmarks.Measured;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * Forward passes of a model of the zoo with random weights on random pixels, up to its outputs in
 * the host's memory. Arguments: model, size, images, precision, device, passes.
 *
 * <p>Prints one JSON object: the median pass in milliseconds, images per second, and peak resident
 * memory. The first two passes are not counted.
 */
public final class InferenceStep {
  private static final int CLASSES = 133; // of COCO's panoptic task
  private static final int WARM_UP = 2;

  private InferenceStep() {}

  /** The measurement. */
  public static void main(String[] args) throws IOException {
    if (args.length != 6) {
      throw new IllegalArgumentException(
          "expected MODEL SIZE IMAGES PRECISION DEVICE PASSES, got " + Arrays.toString(args));
    }
    int size = Integer.parseInt(args[1]);
    int images = Integer.parseInt(args[2]);
    EngineOptions options =
        EngineOptions.DEFAULT
            .withPrecision(Precision.valueOf(args[3].toUpperCase(Locale.ROOT)))
            .withDevice(args[4]);
    double[] millis = new double[Integer.parseInt(args[5])];
    try (Engine engine = Engine.open(options);
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get(args[0]), ClassSpace.ofSize(CLASSES));
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor input = engine.normal(engine.random().get("pixels"), 0, 1, images, 3, size, size);
      for (int i = -WARM_UP; i < millis.length; i++) {
        double took = pass(engine, model, input);
        if (i >= 0) {
          millis[i] = took;
        }
      }
    }
    double median = Measured.median(DoubleStream.of(millis));
    System.out.printf(
        Locale.ROOT,
        "{\"passMs\": %.1f, \"imagesPerSecond\": %.4f, \"peakMiB\": %d}%n",
        median,
        images / median * 1000,
        Measured.peakMiB());
  }

  private static double pass(Engine engine, SegmentationModel model, Tensor input) {
    try (var scope = engine.scope()) {
      long start = System.nanoTime();
      Outputs outputs = model.predict(input);
      outputs.classLogits().toFloats();
      outputs.maskLogits().toFloats();
      return (System.nanoTime() - start) / 1e6;
    }
  }
}
