package org.maskwright.benchmarks.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.maskwright.datasets.MaskStack;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.ParameterExchange;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.PointSource;
import org.maskwright.trainer.optim.Optimizer;

/**
 * Training steps of a model on random batches, with the recipe's loss, optimiser and clipping,
 * timed by part. Owns the model; the engine is the caller's.
 */
public final class TrainingStep implements AutoCloseable {
  /** Random images and targets. */
  public static final class Batch {
    private final float[] pixels;
    private final long[] shape;
    private final List<MaskSupervision> targets = new ArrayList<>();

    /**
     * Makes a batch; the same numbers give the same values.
     *
     * @param size height and width of an image in pixels, at least 4
     * @param images B
     * @param objects targets in each image, rectangles of a quarter to half of a side
     */
    public Batch(int size, int images, int objects) {
      Random random = new Random(1);
      shape = new long[] {images, 3, size, size};
      pixels = new float[Math.multiplyExact(images * 3, size * size)];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (float) random.nextGaussian();
      }
      for (int b = 0; b < images; b++) {
        targets.add(target(random, size, objects));
      }
    }

    private static MaskSupervision target(Random random, int size, int objects) {
      MaskStack masks = new MaskStack(objects, size, size);
      int[] classes = new int[objects];
      for (int n = 0; n < objects; n++) {
        int side = size / 4 + random.nextInt(size / 4);
        int x = random.nextInt(size - side);
        int y = random.nextInt(size - side);
        for (int row = y; row < y + side; row++) {
          masks.setRow(n, row, x, x + side);
        }
        classes[n] = random.nextInt(CLASSES_OF_OBJECTS);
      }
      return new MaskSupervision(classes, masks, size, size);
    }

    /** The images on an engine's device, owned by the open scope: [B,3,size,size]. */
    public Tensor input(Engine engine) {
      return engine.floats(pixels, shape);
    }
  }

  private static final int CLASSES = 133;
  private static final int CLASSES_OF_OBJECTS = 20;

  private final SegmentationModel model;
  private final Optimizer optimizer;
  private final Criterion criterion;
  private final ParameterExchange exchange;
  private long steps;
  private Map<String, Double> millis = new LinkedHashMap<>();
  private long since;

  /** A fresh model and a fresh optimiser. */
  public TrainingStep(Engine engine, ModelConfig config) {
    this(engine, config, ConfigFile.defaults().bind(RunSettings.class));
  }

  /** As {@link #TrainingStep(Engine, ModelConfig)}, with a recipe's criterion and optimiser. */
  public TrainingStep(Engine engine, ModelConfig config, RunSettings recipe) {
    this(engine, config, recipe, ProcessGroup.alone());
  }

  /** As {@link #TrainingStep(Engine, ModelConfig)}, for so many classes, at least 20. */
  public TrainingStep(Engine engine, ModelConfig config, int classes) {
    this(
        engine,
        config,
        ConfigFile.defaults().bind(RunSettings.class),
        ProcessGroup.alone(),
        classes);
  }

  /**
   * One process's part of the steps of the engine's processes, which add up their gradients.
   *
   * @param sharing those that divide the optimiser's state
   */
  TrainingStep(Engine engine, ModelConfig config, RunSettings recipe, ProcessGroup sharing) {
    this(engine, config, recipe, sharing, CLASSES);
  }

  private TrainingStep(
      Engine engine, ModelConfig config, RunSettings recipe, ProcessGroup sharing, int classes) {
    model = SegmentationModels.build(engine, config, ClassSpace.ofSize(classes));
    optimizer = recipe.optimizer().over(model, sharing);
    criterion = Criterion.of(recipe.criterion());
    exchange =
        new ParameterExchange(
            engine,
            engine.processes(),
            model.parameters().values().stream().filter(Parameter::isTrainable).toList());
  }

  /** The model that is trained. */
  public SegmentationModel model() {
    return model;
  }

  /** What updates it. */
  Optimizer optimizer() {
    return optimizer;
  }

  /** Takes a step; the milliseconds of its parts, in order. */
  public Map<String, Double> run(Batch batch) {
    millis = new LinkedHashMap<>();
    model.setTraining(true);
    since = System.nanoTime();
    optimizer.step(() -> evaluate(batch), 1);
    model.zeroGrad();
    mark("optimiser");
    return millis;
  }

  private double evaluate(Batch batch) {
    Engine engine = model.engine();
    try (Scope scope = engine.scope()) {
      Tensor total = forward(batch);
      double loss = total.item();
      mark("loss");
      exchange.whileAdded(total::backward);
      mark("backward");
      return loss;
    }
  }

  /** The loss; the outputs of every layer are freed, as the trainer frees them. */
  private Tensor forward(Batch batch) {
    Engine engine = model.engine();
    try (Scope scope = engine.scope()) {
      Tensor input = batch.input(engine);
      mark("data");
      List<Tensor> maps = model.backbone().forward(input);
      mark("backbone");
      PixelFeatures features = model.pixelDecoder().forward(maps);
      mark("pixel decoder");
      Outputs predictions = model.decoder().forward(features);
      mark("decoder");
      PointSource points = new PointSource.Random(engine.random().get("points").fork(++steps), 0);
      return criterion
          .compute(predictions, batch.targets, new Marking(points))
          .keptFrom(scope)
          .total();
    }
  }

  private void mark(String part) {
    long now = System.nanoTime();
    millis.merge(part, (now - since) / 1e6, Double::sum);
    since = now;
  }

  @Override
  public void close() {
    optimizer.close();
    model.close();
  }

  /** Notes when the loss asks for its first points: matching is done then. */
  private final class Marking implements PointSource {
    private final PointSource source;
    private boolean matching = true;

    Marking(PointSource source) {
      this.source = source;
    }

    @Override
    public float[] forMatcher(int output, int image, int count) {
      return source.forMatcher(output, image, count);
    }

    @Override
    public float[] forLoss(int output, int image, int pair, int frame, int count) {
      synchronized (this) {
        if (matching) {
          matching = false;
          mark("matching");
        }
      }
      return source.forLoss(output, image, pair, frame, count);
    }

    @Override
    public boolean allowsImportanceSampling() {
      return source.allowsImportanceSampling();
    }
  }
}
