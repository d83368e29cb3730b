package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.engine.nn.Embedding;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.optim.AdamW;
import org.maskwright.trainer.optim.Ema;
import org.maskwright.trainer.optim.LayerDecay;
import org.maskwright.trainer.optim.MethodSettings;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.optim.Plain;
import org.maskwright.trainer.optim.Sgd;
import org.maskwright.trainer.optim.UpdateRuleSettings;
import org.maskwright.trainer.schedule.Schedule;

/**
 * Ten steps of the loop against PyTorch's AdamW and SGD, clip_grad_norm_, schedulers and
 * AveragedModel, in one batch and accumulated; make_steps.py beside the golden files made them.
 * Tolerance: float32 rounding of ten steps, some 1e-6 of values near 1.
 */
class OptimizerStepsParityTest {
  private static final int IMAGES = 6;
  private static final int INPUTS = 5;
  private static final int HIDDEN = 4;
  private static final int OUTPUTS = 3;
  private static final int STEPS = 10;
  private static final float TOLERANCE = 1e-5f;

  /** The script's model. */
  private static final class Model extends Module {
    private final Linear backbone;
    private final LayerNorm norm;
    private final Embedding table;
    private final Linear head;

    Model(Engine engine) {
      super(engine);
      backbone = child("backbone", Linear.of(engine, INPUTS, HIDDEN));
      norm = child("norm", new LayerNorm(engine, HIDDEN));
      table = child("table", new Embedding(engine, 1, HIDDEN));
      head = child("head", Linear.of(engine, HIDDEN, OUTPUTS));
    }

    Tensor forward(Tensor x) {
      return head.forward(norm.forward(backbone.forward(x)).add(table.table()));
    }
  }

  /** The script's images and loss; a part's share of the mean over all images. */
  private record Waves(Model model) implements TrainTask {
    @Override
    public StepNormalizers normalizers(Step step) {
      return StepNormalizers.NONE;
    }

    @Override
    public Losses losses(StepPart part) {
      int t = (int) part.step().number() - 1;
      boolean small = t % 3 == 1;
      int from = part.firstImage();
      int count = part.batch().size();
      Tensor x = rows(wave(IMAGES * INPUTS, 0.7, 1.3 * t), from, count, INPUTS);
      Tensor target = rows(wave(IMAGES * OUTPUTS, 1.1, t), from, count, OUTPUTS);
      Tensor loss =
          model
              .forward(x.mul(small ? 0.2 : 3))
              .sub(target)
              .square()
              .sum()
              .div(part.step().images())
              .mul(small ? 0.05 : 1);
      return new Losses(loss, List.of(new Losses.Term("loss_ce", loss)));
    }

    private Tensor rows(float[] values, int from, int count, int columns) {
      float[] own = java.util.Arrays.copyOfRange(values, from * columns, (from + count) * columns);
      return model.engine().floats(own, count, columns);
    }
  }

  private static float[] wave(int count, double factor, double shift) {
    float[] out = new float[count];
    for (int n = 0; n < count; n++) {
      out[n] = (float) Math.cos(factor * n + shift);
    }
    return out;
  }

  private static OptimizerSettings settings(String name) {
    UpdateRuleSettings adamw = new AdamW.Settings(0.9, 0.99, 1e-8);
    MethodSettings plain = new Plain.Settings();
    return switch (name) {
      case "poly" ->
          new OptimizerSettings(0.05, 0.1, LayerDecay.NONE, 0.05, 0, 0.5, 0.9, adamw, plain);
      case "steps" ->
          new OptimizerSettings(0.05, 0.25, LayerDecay.NONE, 0.3, 0.1, 0, 0, adamw, plain);
      case "constant" ->
          new OptimizerSettings(0.02, 1, LayerDecay.NONE, 0, 0, 1, 0.5, adamw, plain);
      case "sgd" ->
          new OptimizerSettings(
              0.05, 0.1, LayerDecay.NONE, 0.05, 0, 0.5, 0.9, new Sgd.Settings(0.9, false), plain);
      case "sgd-nesterov" ->
          new OptimizerSettings(
              0.02, 0.25, LayerDecay.NONE, 0.3, 0.1, 0, 0, new Sgd.Settings(0.8, true), plain);
      default ->
          new OptimizerSettings(
              0.02, 1, LayerDecay.NONE, 0, 0, 1, 0.5, new Sgd.Settings(0, false), plain);
    };
  }

  private static Schedule schedule(String name) {
    return switch (name) {
      case "poly", "sgd" -> new Schedule.Warmup(new Schedule.Poly(STEPS, 0.9), 4, 0.2);
      case "steps", "sgd-nesterov" -> new Schedule.MultiStep(List.of(4L, 8L), 0.1);
      default -> new Schedule.Constant();
    };
  }

  @ParameterizedTest
  @CsvSource({
    "poly,6,torch",
    "poly,2,torch",
    "steps,6,torch",
    "steps,1,torch",
    "constant,3,torch",
    "poly,2,nd4j",
    "steps,3,nd4j",
    "constant,6,nd4j",
    "sgd,6,torch",
    "sgd,2,nd4j",
    "sgd-nesterov,2,torch",
    "sgd-nesterov,6,nd4j",
    "sgd-plain,3,torch",
    "sgd-plain,6,nd4j"
  })
  void tenStepsEqualPyTorchs(String name, int batchSize, String backend) throws Exception {
    StateDict golden =
        Safetensors.read(Path.of(Optimizer.class.getResource(name + ".safetensors").toURI()));
    OptimizerSettings settings = settings(name);
    Tiles data =
        new Tiles(Categories.things("box"), 4, Collections.nCopies(IMAGES, List.<Tiles.Tile>of()));
    EngineOptions options =
        EngineOptions.DEFAULT.withDevice("cpu").withBackend(backend).withThreads(1);
    try (Engine engine = Engine.open(options);
        Model model = new Model(engine)) {
      model.state().forEach((key, p) -> p.set(golden.get("initial." + key).floats()));
      try (Optimizer optimizer = settings.over(model);
          Ema ema = new Ema(model, settings.emaDecay());
          Loader loader =
              new Loader(
                  data,
                  Augmentation.none(Task.INSTANCE),
                  LoaderSettings.training(batchSize, 5, 1))) {
        Optional<Ema> used = settings.emaDecay() > 0 ? Optional.of(ema) : Optional.empty();
        List<Long> steps = new ArrayList<>();
        new Trainer(
                new Waves(model),
                optimizer,
                used,
                settings,
                schedule(name),
                IMAGES / batchSize,
                Optional::empty)
            .run(
                loader,
                0,
                STEPS,
                List.of(
                    report -> {
                      compare(golden, report, model, used);
                      steps.add(report.step());
                      return TrainListener.Verdict.CONTINUE;
                    }));
        assertEquals(STEPS, steps.size());
      }
    }
  }

  private static void compare(StateDict golden, StepReport report, Model model, Optional<Ema> ema) {
    long s = report.step() - 1;
    double loss = golden.get("loss." + s).toFloatArray()[0];
    double norm = golden.get("norm." + s).toFloatArray()[0];
    assertEquals(loss, report.loss(), TOLERANCE * Math.max(1, loss), "loss of step " + s);
    assertEquals(norm, report.gradientNorm(), TOLERANCE * Math.max(1, norm), "norm of step " + s);
    assertEquals(
        golden.get("lr." + s).toFloatArray()[0], report.learningRate(), 1e-8, "rate of step " + s);
    compare(golden, s + ".", model.state());
    ema.ifPresent(e -> compare(golden, "ema." + s + ".", e.state()));
  }

  private static void compare(StateDict golden, String prefix, Map<String, Parameter> values) {
    values.forEach(
        (key, p) ->
            assertArrayEquals(
                golden.get(prefix + key).toFloatArray(),
                p.tensor().toFloats(),
                TOLERANCE,
                prefix + key));
  }
}
