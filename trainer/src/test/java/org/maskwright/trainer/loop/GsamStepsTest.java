package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.trainer.TrainingDivergedException;
import org.maskwright.trainer.loss.Decisions;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.optim.Gsam;
import org.maskwright.trainer.optim.LayerDecay;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.optim.Sgd;
import org.maskwright.trainer.schedule.Schedule;

/** The loop around an optimiser of two evaluations. */
class GsamStepsTest {
  private static final int STEPS = 3;

  /** What a task was given and drew for a part. */
  private record Seen(
      long step,
      List<String> images,
      Decisions decisions,
      Float decided,
      float drawn,
      float weight) {}

  /** A loss of images, noise for each image and a decision that depends on the weights. */
  private static final class Spy implements TrainTask {
    private final Linear layer;
    private final List<Seen> seen = new ArrayList<>();
    private IntFunction<Double> scale = call -> 1.0;

    Spy(Linear layer) {
      this.layer = layer;
    }

    @Override
    public Module model() {
      return layer;
    }

    @Override
    public StepNormalizers normalizers(Step step) {
      return StepNormalizers.NONE;
    }

    @Override
    public Losses losses(StepPart part) {
      Engine engine = layer.engine();
      int size = part.batch().size();
      engine.random().startImages(part.step().number(), part.firstImage());
      float[] noise = engine.random().perImage("noise", size, 1);
      float weight = layer.weight().tensor().toFloats()[0];
      Float decided = part.decisions().once(Float.class, () -> weight);
      float[] values = new float[size * 2];
      for (int i = 0; i < size; i++) {
        values[2 * i] = part.batch().examples().get(i).info().imageId().number();
        values[2 * i + 1] = noise[i];
      }
      seen.add(
          new Seen(
              part.step().number(),
              part.step().imageIds(part.index()),
              part.decisions(),
              decided,
              noise[0],
              weight));
      Tensor x = engine.floats(values, size, 2);
      Tensor loss =
          layer
              .forward(x)
              .sub(decided)
              .square()
              .sum()
              .div(part.step().images())
              .mul(scale.apply(seen.size()));
      return new Losses(loss, List.of(new Losses.Term("loss_ce", loss)));
    }
  }

  private static OptimizerSettings settings() {
    return new OptimizerSettings(
        0.001,
        1,
        LayerDecay.NONE,
        0.1,
        0,
        0.5,
        0,
        new Sgd.Settings(0.9, false),
        new Gsam.Settings(0.4, 0.1, 0.2, 0.5, false));
  }

  private static void run(Spy spy, Optimizer optimizer, int batchSize, int accumulate) {
    Tiles data =
        new Tiles(Categories.things("box"), 4, Collections.nCopies(7, List.<Tiles.Tile>of()));
    try (Loader loader =
        new Loader(
            data, Augmentation.none(Task.INSTANCE), LoaderSettings.training(batchSize, 5, 1))) {
      new Trainer(
              spy,
              optimizer,
              Optional.empty(),
              settings(),
              new Schedule.Cosine(STEPS),
              accumulate,
              Optional::empty)
          .run(loader, 0, STEPS, List.of());
    }
  }

  private static Engine open() {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1).withSeed(3));
  }

  private static float[] trained(int batchSize, int accumulate) {
    try (Engine engine = open();
        Linear layer = Linear.of(engine, 2, 1);
        Optimizer optimizer = settings().over(layer)) {
      run(new Spy(layer), optimizer, batchSize, accumulate);
      return layer.weight().tensor().toFloats();
    }
  }

  @Test
  void accumulatedBatchesStepAsOneBatchOfAllTheirImages() {
    assertArrayEquals(trained(6, 1), trained(2, 3), 1e-5f);
    assertArrayEquals(trained(6, 1), trained(1, 6), 1e-5f);
  }

  @Test
  void bothEvaluationsSeeTheSameImagesRandomNumbersAndDecisionsAtOtherWeights() {
    try (Engine engine = open();
        Linear layer = Linear.of(engine, 2, 1);
        Optimizer optimizer = settings().over(layer)) {
      Spy spy = new Spy(layer);
      run(spy, optimizer, 2, 3);
      assertEquals(2 * 3 * STEPS, spy.seen.size());
      for (int step = 0; step < STEPS; step++) {
        for (int part = 0; part < 3; part++) {
          Seen first = spy.seen.get(6 * step + part);
          Seen second = spy.seen.get(6 * step + 3 + part);
          assertEquals(step + 1, second.step());
          assertEquals(first.images(), second.images());
          assertSame(first.decisions(), second.decisions());
          assertEquals(first.decided(), second.decided());
          assertEquals(first.drawn(), second.drawn());
          assertTrue(first.weight() != second.weight(), "the weights were moved");
        }
      }
    }
  }

  @Test
  void aSecondEvaluationThatDivergesEndsTheRunWithTheWeightsBeforeTheStep() {
    try (Engine engine = open();
        Linear layer = Linear.of(engine, 2, 1);
        Optimizer optimizer = settings().over(layer)) {
      float[] before = layer.weight().tensor().toFloats();
      Spy spy = new Spy(layer);
      spy.scale = call -> call == 2 ? Double.NaN : 1.0;
      TrainingDivergedException error =
          assertThrows(TrainingDivergedException.class, () -> run(spy, optimizer, 2, 1));
      assertTrue(error.getMessage().contains("evaluation 2 of the step"), error.getMessage());
      assertArrayEquals(before, layer.weight().tensor().toFloats());
      assertNull(layer.weight().grad());
      assertEquals(0, optimizer.steps());
    }
  }
}
