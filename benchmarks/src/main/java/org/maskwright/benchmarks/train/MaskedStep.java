package org.maskwright.benchmarks.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.maskwright.benchmarks.Measured;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.LoaderState;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskSettings;
import org.maskwright.trainer.loss.Decisions;
import org.maskwright.trainer.optim.Optimizer;

/**
 * Steps of a pretraining with hidden patches on random pictures, with the task, the loss and the
 * optimiser of a configuration, after the loader. Arguments: the configuration, the side of the
 * pictures, images, threads, steps.
 *
 * <p>Prints one JSON object: the median step in milliseconds, images per second, peak resident
 * memory, and the median of each part. The first step is not counted.
 */
public final class MaskedStep {
  private static final int ARGUMENTS = 5;
  private static final int REGIONS = 12;

  private MaskedStep() {}

  public static void main(String[] args) throws IOException {
    if (args.length != ARGUMENTS) {
      throw new IllegalArgumentException(
          "expected CONFIG SIDE IMAGES THREADS STEPS, got " + Arrays.toString(args));
    }
    RunSettings run = ConfigFile.load(Path.of(args[0]), List.of()).bind(RunSettings.class);
    int side = Integer.parseInt(args[1]);
    int images = Integer.parseInt(args[2]);
    EngineOptions options =
        EngineOptions.DEFAULT.withBackend("torch").withThreads(Integer.parseInt(args[3]));
    List<TrainingExample> examples = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < images; i++) {
      examples.add(example(i, side, random));
    }
    Batch batch = new Batch(examples, LoaderState.START);
    List<Double> forward = new ArrayList<>();
    List<Double> backward = new ArrayList<>();
    List<Double> update = new ArrayList<>();
    List<Double> whole = new ArrayList<>();
    try (Engine engine = Engine.open(options);
        SegmentationModel model =
            SegmentationModels.build(engine, run.model(), ClassSpace.OBJECT)) {
      TrainTask task =
          TrainTaskSettings.built(
              run.train().task(),
              new TrainTaskSettings.Context(
                  model, run.criterion(), List.of(), Normalization.IMAGENET, warning -> {}));
      try (Optimizer optimizer = run.optimizer().over(task.model())) {
        model.setTraining(true);
        for (int n = 0; n <= Integer.parseInt(args[4]); n++) {
          Step step = new Step(n + 1L, List.of(batch));
          long start = System.nanoTime();
          long[] marks = new long[2];
          optimizer.step(() -> evaluate(task, step, marks), 1);
          task.model().zeroGrad();
          long end = System.nanoTime();
          if (n > 0) {
            forward.add((marks[0] - start) / 1e6);
            backward.add((marks[1] - marks[0]) / 1e6);
            update.add((end - marks[1]) / 1e6);
            whole.add((end - start) / 1e6);
          }
        }
      }
    }
    double median = median(whole);
    System.out.printf(
        Locale.ROOT,
        "{\"stepMs\": %.1f, \"imagesPerSecond\": %.4f, \"peakMiB\": %d, \"parts\": {\"forward and loss\": %.1f, \"backward\": %.1f, \"optimiser\": %.1f}}%n",
        median,
        images / median * 1000,
        Measured.peakMiB(),
        median(forward),
        median(backward),
        median(update));
  }

  private static double evaluate(TrainTask task, Step step, long[] marks) {
    try (Scope scope = task.model().engine().scope()) {
      var total =
          task.losses(new StepPart(step, 0, task.normalizers(step), new Decisions(), new Phases()))
              .total();
      double loss = total.item();
      marks[0] = System.nanoTime();
      total.backward();
      marks[1] = System.nanoTime();
      return loss;
    }
  }

  private static double median(List<Double> values) {
    return Measured.median(values.stream().mapToDouble(v -> v));
  }

  /** Noise with stripes as regions. */
  private static TrainingExample example(int number, int side, Random random) {
    byte[] rgb = new byte[3 * side * side];
    random.nextBytes(rgb);
    MaskStack masks = new MaskStack(REGIONS, side, side);
    for (int row = 0; row < side; row++) {
      masks.setRow(row * REGIONS / side, row, 0, side);
    }
    Size size = new Size(side, side);
    SampleInfo info = new SampleInfo(ImageId.of(number), Path.of(number + ".png"), side, side);
    return new TrainingExample(
        info, new PixelPlanes.Bytes(size, rgb), size, size, new int[REGIONS], masks);
  }
}
