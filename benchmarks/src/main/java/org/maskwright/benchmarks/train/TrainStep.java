package org.maskwright.benchmarks.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.maskwright.datasets.MaskStack;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Precision;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.Predictions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.PointSource;
import org.maskwright.trainer.optim.AdamW;

/**
 * Training steps of a model of the zoo on a random batch, with the recipe's loss, optimiser and
 * clipping. Arguments: model, size, batch, {@code fp32} or {@code bf16}, backend, threads, steps.
 *
 * <p>Prints one JSON object: the median step in milliseconds, images per second, peak resident
 * memory, and the median of each part. The first step is not counted.
 */
public final class TrainStep {
  /** Objects in each image, rectangles of a quarter to half of a side. */
  private static final int TARGETS = 10;

  private static final int CLASSES = 133;

  private final Map<String, List<Double>> millis = new LinkedHashMap<>();
  private long since;

  private TrainStep() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 7) {
      throw new IllegalArgumentException(
          "expected MODEL SIZE BATCH PRECISION BACKEND THREADS STEPS, got "
              + Arrays.toString(args));
    }
    EngineOptions options =
        EngineOptions.DEFAULT
            .withBackend(args[4])
            .withDevice("cpu")
            .withThreads(Integer.parseInt(args[5]))
            .withPrecision(Precision.valueOf(args[3].toUpperCase(Locale.ROOT)));
    new TrainStep()
        .run(
            args[0],
            Integer.parseInt(args[1]),
            Integer.parseInt(args[2]),
            options,
            Integer.parseInt(args[6]));
  }

  private void run(String name, int size, int batch, EngineOptions options, int steps)
      throws IOException {
    RunSettings recipe = ConfigFile.defaults().bind(RunSettings.class);
    Random random = new Random(1);
    float[] pixels = new float[batch * 3 * size * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    List<MaskSupervision> targets = new ArrayList<>();
    for (int b = 0; b < batch; b++) {
      targets.add(target(random, size));
    }
    try (Engine engine = Engine.open(options);
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get(name), ClassSpace.ofSize(CLASSES));
        AdamW optimizer = new AdamW(model, recipe.optimizer())) {
      Criterion criterion = Criterion.of(recipe.criterion());
      PointSource points = new PointSource.Random(engine.random().get("points"));
      model.setTraining(true);
      for (int step = 0; step <= steps; step++) {
        step(
            model,
            optimizer,
            criterion,
            points,
            pixels,
            new long[] {batch, 3, size, size},
            targets);
        if (step == 0) {
          millis.clear();
        }
      }
    }
    print(batch);
  }

  private static MaskSupervision target(Random random, int size) {
    MaskStack masks = new MaskStack(TARGETS, size, size);
    int[] classes = new int[TARGETS];
    for (int n = 0; n < TARGETS; n++) {
      int side = size / 4 + random.nextInt(size / 4);
      int x = random.nextInt(size - side);
      int y = random.nextInt(size - side);
      for (int row = y; row < y + side; row++) {
        masks.setRow(n, row, x, x + side);
      }
      classes[n] = random.nextInt(CLASSES);
    }
    return new MaskSupervision(classes, masks, size, size);
  }

  private void step(
      SegmentationModel model,
      AdamW optimizer,
      Criterion criterion,
      PointSource points,
      float[] pixels,
      long[] shape,
      List<MaskSupervision> targets) {
    since = System.nanoTime();
    Engine engine = model.engine();
    try (Scope scope = engine.scope()) {
      Tensor input = engine.floats(pixels, shape);
      mark("data");
      List<Tensor> maps = model.backbone().forward(input);
      mark("backbone");
      PixelFeatures features = model.pixelDecoder().forward(maps);
      mark("pixel decoder");
      Predictions predictions = model.decoder().forward(features);
      mark("decoder");
      Losses losses = criterion.compute(predictions, targets, new Marking(points));
      losses.total().item();
      mark("loss");
      losses.total().backward();
      mark("backward");
    }
    optimizer.step(1, 1, optimizer.gradientNorm());
    model.zeroGrad();
    mark("optimiser");
  }

  private void mark(String part) {
    long now = System.nanoTime();
    millis.computeIfAbsent(part, p -> new ArrayList<>()).add((now - since) / 1e6);
    since = now;
  }

  /** Notes when the loss asks for its first points: matching is done then. */
  private final class Marking implements PointSource {
    private final PointSource source;
    private boolean matching = true;

    Marking(PointSource source) {
      this.source = source;
    }

    @Override
    public float[] forMatcher(int count) {
      return source.forMatcher(count);
    }

    @Override
    public float[] forLoss(int count) {
      if (matching) {
        matching = false;
        mark("matching");
      }
      return source.forLoss(count);
    }

    @Override
    public boolean allowsImportanceSampling() {
      return source.allowsImportanceSampling();
    }
  }

  private void print(int batch) throws IOException {
    double total = 0;
    StringBuilder parts = new StringBuilder();
    for (Map.Entry<String, List<Double>> e : millis.entrySet()) {
      double[] sorted = e.getValue().stream().mapToDouble(Double::doubleValue).sorted().toArray();
      double median = sorted[sorted.length / 2];
      total += median;
      parts
          .append(parts.isEmpty() ? "" : ", ")
          .append(String.format(Locale.ROOT, "\"%s\": %.1f", e.getKey(), median));
    }
    System.out.printf(
        Locale.ROOT,
        "{\"stepMs\": %.1f, \"imagesPerSecond\": %.4f, \"peakMiB\": %d, \"parts\": {%s}}%n",
        total,
        batch / total * 1000,
        peakMiB(),
        parts);
  }

  /** Peak resident memory as Linux counts it; 0 elsewhere. */
  private static long peakMiB() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0);
  }
}
