package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.trainer.TrainingDivergedException;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.optim.Ema;
import org.maskwright.trainer.optim.LayerDecay;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.optim.Plain;
import org.maskwright.trainer.optim.Sgd;
import org.maskwright.trainer.schedule.Schedule;

/** Steps in float16: losses are scaled, and nobody sees it but the products. */
class ScaledStepsTest {
  private record OfWeight(Module model, Linear layer, UnaryOperator<Tensor> loss)
      implements TrainTask {
    @Override
    public StepNormalizers normalizers(Step step) {
      return StepNormalizers.NONE;
    }

    @Override
    public Losses losses(StepPart part) {
      Tensor value = loss.apply(layer.weight().tensor());
      return new Losses(value, List.of(new Losses.Term("loss_ce", value)));
    }
  }

  /** What came of some steps. */
  @SuppressWarnings("ArrayRecordComponent") // each read once
  private record Run(List<StepReport> reports, float[] before, float[] after, long optimizerSteps) {
    StepReport last() {
      return reports.get(reports.size() - 1);
    }

    double measure(int step, String name) {
      return reports.get(step - 1).measures().get(name);
    }
  }

  private static Run run(Precision precision, int steps, UnaryOperator<Tensor> loss) {
    return run(precision, steps, Optional.empty(), loss);
  }

  private static Run run(
      Precision precision, int steps, Optional<LossScale.State> at, UnaryOperator<Tensor> loss) {
    OptimizerSettings settings =
        new OptimizerSettings(
            0.5, 1, LayerDecay.NONE, 0, 0, 0, 0, new Sgd.Settings(0, false), new Plain.Settings());
    Tiles data =
        new Tiles(Categories.things("box"), 4, Collections.nCopies(4, List.<Tiles.Tile>of()));
    EngineOptions options =
        EngineOptions.DEFAULT.withDevice("cpu").withThreads(1).withPrecision(precision);
    try (Engine engine = Engine.open(options);
        Linear layer = Linear.of(engine, 2, 1);
        Optimizer optimizer = settings.over(layer);
        Ema ema = new Ema(layer, 0.5);
        Loader loader =
            new Loader(data, Augmentation.none(Task.INSTANCE), LoaderSettings.training(2, 5, 1))) {
      Trainer trainer =
          new Trainer(
              new OfWeight(layer, layer, loss),
              optimizer,
              Optional.of(ema),
              settings,
              new Schedule.Constant(),
              2,
              Optional::empty);
      at.ifPresent(trainer::resume);
      float[] before = layer.weight().tensor().toFloats();
      List<StepReport> reports = new ArrayList<>();
      trainer.run(
          loader,
          0,
          steps,
          List.of(
              report -> {
                reports.add(report);
                return TrainListener.Verdict.CONTINUE;
              }));
      float[] after = layer.weight().tensor().toFloats();
      return new Run(reports, before, after, optimizer.steps());
    }
  }

  /** Without products the arithmetic is float32's, and a power of two rounds nothing. */
  @Test
  void scalingChangesNoDigitOfAStep() {
    UnaryOperator<Tensor> loss = w -> w.square().sum().add(w.exp().sum());
    Run scaled = run(Precision.FP16, 3, loss);
    Run plain = run(Precision.FP32, 3, loss);
    assertArrayEquals(bits(plain.after), bits(scaled.after), "one start, one end");
    for (int i = 0; i < 3; i++) {
      assertEquals(plain.reports.get(i).loss(), scaled.reports.get(i).loss());
      assertEquals(plain.reports.get(i).gradientNorm(), scaled.reports.get(i).gradientNorm());
    }
    assertEquals(65536, scaled.measure(3, LossScale.FACTOR));
    assertEquals(0, scaled.measure(3, LossScale.SKIPPED));
    assertTrue(plain.last().measures().isEmpty());
    assertEquals(Optional.empty(), plain.last().lossScale());
  }

  private static int[] bits(float[] values) {
    int[] out = new int[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = Float.floatToRawIntBits(values[i]);
    }
    return out;
  }

  /** Twice 65536 times 5e33, of two parts, is beyond float32; half of it is not. */
  @Test
  void aStepThatTheScaleMakesInfiniteIsLeftOutAndTheNextOneTaken() {
    Run one = run(Precision.FP16, 1, w -> w.sum().mul(5e33));
    assertArrayEquals(one.before, one.after, "no weight has moved");
    assertEquals(0, one.optimizerSteps);
    assertEquals(0, one.last().gradientNorm(), "no gradient was followed");
    assertEquals(1, one.measure(1, LossScale.SKIPPED));
    assertEquals(Optional.of(new LossScale.State(32768, 0)), one.last().lossScale());
    Run two = run(Precision.FP16, 2, w -> w.sum().mul(5e33));
    assertEquals(1, two.optimizerSteps);
    assertEquals(32768, two.measure(2, LossScale.FACTOR));
    assertEquals(0, two.measure(2, LossScale.SKIPPED));
    assertEquals(Math.sqrt(2) * 1e34, two.last().gradientNorm(), 1e29, "two parts, two weights");
    assertNotEquals(two.before[0], two.after[0]);
  }

  @Test
  void aGradientThatIsInfiniteAtAnyScaleEndsTheRunWhenTheScaleIsOne() {
    UnaryOperator<Tensor> root = w -> w.sub(w.detach()).sqrt().sum();
    Run skipping = run(Precision.FP16, 16, root);
    assertEquals(Optional.of(new LossScale.State(1, 0)), skipping.last().lossScale());
    assertArrayEquals(skipping.before, skipping.after);
    TrainingDivergedException error =
        assertThrows(TrainingDivergedException.class, () -> run(Precision.FP16, 17, root));
    assertTrue(error.getMessage().contains("step 17"), error.getMessage());
    assertTrue(error.getMessage().contains("gradient's norm"), error.getMessage());
  }

  @Test
  void aLossThatIsNotFiniteIsNoMatterOfTheScale() {
    TrainingDivergedException error =
        assertThrows(
            TrainingDivergedException.class,
            () -> run(Precision.FP16, 1, w -> w.mul(0).log().sum()));
    assertTrue(error.getMessage().contains("step 1: the loss is"), error.getMessage());
  }

  /** 2^-30 is 0 in float16, and 65536 times as much is its smallest normal number. */
  @Test
  void gradientsBelowTheRangeOfFloat16ArriveAllTheSame() {
    UnaryOperator<Tensor> loss =
        w -> w.engine().ones(1, 2).linear(w, null).cast(DType.FLOAT32).sum().mul(0x1p-30);
    Run scaled = run(Precision.FP16, 1, loss);
    assertEquals(Math.sqrt(2) * 0x1p-29, scaled.last().gradientNorm(), 1e-15, "of both parts");
    Run unscaled = run(Precision.FP16, 1, Optional.of(new LossScale.State(1, 0)), loss);
    assertEquals(0, unscaled.last().gradientNorm(), "what the scale is there for");
  }

  @Test
  void aRunGoesOnWithTheScaleOfItsCheckpoint() {
    LossScale.State state = new LossScale.State(8, 1999);
    Run run = run(Precision.FP16, 1, Optional.of(state), w -> w.square().sum());
    assertEquals(8, run.measure(1, LossScale.FACTOR));
    assertEquals(Optional.of(new LossScale.State(16, 0)), run.last().lossScale());
  }
}
