package org.maskwright.benchmarks.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.checkpoint.CheckpointStore;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.EngineSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.config.SourceSettings;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.SegmentationTask;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.Decisions;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.source.TrainingData;

/**
 * How sharp the minimum is that a run found: for each of its checkpoints, on one batch of the
 * training images, the loss, the surrogate gap (the loss at the weights moved by {@value #RHO}
 * along the gradient, minus the loss) and the largest eigenvalue of the loss's Hessian. Matches and
 * points are those of the checkpoint's own weights.
 *
 * <p><b>Maths</b> power iteration: v = Hv / |Hv|, with Hv = (gradient at w + h v - gradient at w -
 * h v) / 2h; the eigenvalue is v . Hv.
 *
 * <p>Arguments: folders of runs. Writes lines {@code RUN STEP LOSS GAP EIGENVALUE}.
 */
public final class Sharpness {
  private static final int IMAGES = 16;
  private static final int ITERATIONS = 12;
  private static final double RHO = 0.1;
  private static final double DIFFERENCE = 1e-2; // h

  private final SegmentationModel model;
  private final SegmentationTask task;
  private final Step step;
  private final Decisions decisions = new Decisions();
  private final List<Parameter> parameters;

  private Sharpness(SegmentationModel model, SegmentationTask task, Batch batch) {
    this.model = model;
    this.task = task;
    this.step = new Step(1, List.of(batch));
    this.parameters = model.parameters().values().stream().filter(Parameter::isTrainable).toList();
  }

  /** The measurement. */
  public static void main(String[] folders) {
    for (String folder : folders) {
      Path run = Path.of(folder);
      RunSettings settings = RunFolder.settings(run.resolve("config.conf"), List.of(), note -> {});
      Dataset images =
          TrainingData.open(settings, settings.data().sources().get(0).dataset(), settings.task());
      LoaderSettings loading = LoaderSettings.training(IMAGES, 7, 1);
      try (Loader loader =
              new Loader(images, settings.augment().pipeline(settings.task()), loading);
          Engine engine = EngineSettings.open(settings.engine().options(settings.seed()))) {
        Batch batch = loader.next().orElseThrow();
        for (CheckpointStore.Checkpoint checkpoint :
            CheckpointStore.open(run.resolve("checkpoints"), Integer.MAX_VALUE).all()) {
          measure(engine, settings, batch, run, checkpoint);
        }
      }
    }
  }

  private static void measure(
      Engine engine,
      RunSettings settings,
      Batch batch,
      Path run,
      CheckpointStore.Checkpoint checkpoint) {
    try (SegmentationModel model = ModelFolder.open(engine, checkpoint.folder())) {
      model.setTraining(true);
      SegmentationTask task =
          new SegmentationTask(
              model,
              Criterion.of(settings.criterion()),
              settings.data().sources().stream().map(SourceSettings::annotation).toList(),
              ModelFolder.describe(checkpoint.folder()).normalization(),
              warning -> {});
      Sharpness sharpness = new Sharpness(model, task, batch);
      float[] weights = sharpness.weights();
      float[] gradient = new float[weights.length];
      double loss = sharpness.gradient(weights, gradient);
      float[] moved = sum(weights, RHO / norm(gradient), gradient);
      double gap = sharpness.gradient(moved, gradient) - loss;
      System.out.printf(
          Locale.ROOT,
          "%s %d %.6f %.6f %.4f%n",
          run.getFileName(),
          checkpoint.step(),
          loss,
          gap,
          sharpness.eigenvalue(weights));
    }
  }

  private double eigenvalue(float[] weights) {
    float[] v = RandomStream.of(0, "sharpness").normal(weights.length, 0, 1);
    float[] plus = new float[weights.length];
    float[] minus = new float[weights.length];
    double eigenvalue = 0;
    for (int i = 0; i < ITERATIONS; i++) {
      scale(v, 1 / norm(v));
      gradient(sum(weights, DIFFERENCE, v), plus);
      gradient(sum(weights, -DIFFERENCE, v), minus);
      float[] product = sum(plus, -1, minus);
      scale(product, 1 / (2 * DIFFERENCE));
      eigenvalue = 0;
      for (int k = 0; k < v.length; k++) {
        eigenvalue += (double) v[k] * product[k];
      }
      v = product;
    }
    return eigenvalue;
  }

  private float[] weights() {
    float[] out = new float[parameters.stream().mapToInt(p -> (int) p.numel()).sum()];
    int at = 0;
    for (Parameter p : parameters) {
      at = append(p.tensor().toFloats(), out, at);
    }
    return out;
  }

  private static int append(float[] values, float[] out, int at) {
    System.arraycopy(values, 0, out, at, values.length);
    return at + values.length;
  }

  /** The loss at given weights, and its gradient into an array. */
  private double gradient(float[] weights, float[] out) {
    Engine engine = model.engine();
    int from = 0;
    for (Parameter p : parameters) {
      int to = from + (int) p.numel();
      try (Scope scope = engine.scope()) {
        p.set(engine.floats(java.util.Arrays.copyOfRange(weights, from, to), p.shape()));
      }
      from = to;
    }
    model.zeroGrad();
    decisions.replay();
    double loss;
    try (Scope scope = engine.scope()) {
      Losses losses =
          task.losses(new StepPart(step, 0, task.normalizers(step), decisions, new Phases()));
      losses.total().backward();
      loss = losses.total().item();
    }
    int at = 0;
    for (Parameter p : parameters) {
      at = p.grad() == null ? at + (int) p.numel() : append(p.grad().toFloats(), out, at);
    }
    model.zeroGrad();
    return loss;
  }

  private static float[] sum(float[] a, double factor, float[] b) {
    float[] out = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      out[i] = (float) (a[i] + factor * b[i]);
    }
    return out;
  }

  private static void scale(float[] values, double factor) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= (float) factor;
    }
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum);
  }
}
