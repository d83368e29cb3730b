package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
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
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.trainer.TrainingDivergedException;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.optim.AdamW;
import org.maskwright.trainer.optim.LayerDecay;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.optim.Plain;
import org.maskwright.trainer.schedule.Schedule;

/** A step whose loss or gradient is not finite changes nothing and says so. */
class DivergenceTest {
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

  private static TrainingDivergedException diverged(UnaryOperator<Tensor> loss) {
    OptimizerSettings settings =
        new OptimizerSettings(
            0.1,
            1,
            LayerDecay.NONE,
            0.1,
            0,
            0,
            0,
            new AdamW.Settings(0.9, 0.99, 1e-8),
            new Plain.Settings());
    Tiles data =
        new Tiles(Categories.things("box"), 4, Collections.nCopies(4, List.<Tiles.Tile>of()));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
        Linear layer = Linear.of(engine, 2, 1);
        Optimizer optimizer = settings.over(layer);
        Loader loader =
            new Loader(data, Augmentation.none(Task.INSTANCE), LoaderSettings.training(2, 5, 1))) {
      float[] before = layer.weight().tensor().toFloats();
      Trainer trainer =
          new Trainer(
              new OfWeight(layer, layer, loss),
              optimizer,
              Optional.empty(),
              settings,
              new Schedule.Constant(),
              2,
              () -> Optional.of(Path.of("checkpoints/step-00000003")));
      TrainingDivergedException error =
          assertThrows(TrainingDivergedException.class, () -> trainer.run(loader, 0, 1, List.of()));
      assertArrayEquals(before, layer.weight().tensor().toFloats(), "weights before the step");
      assertNull(layer.weight().grad(), "no gradient is left for another step");
      assertEquals(0, optimizer.steps());
      return error;
    }
  }

  private static long images(TrainingDivergedException error) {
    String line = error.getMessage().lines().filter(l -> l.contains("images: ")).findFirst().get();
    return line.chars().filter(c -> c == ',').count() + 1;
  }

  @Test
  void aGradientThatIsNotFiniteEndsTheRunBeforeTheUpdate() {
    // The root's derivative at 0 is infinite where its value is not.
    TrainingDivergedException error = diverged(w -> w.sub(w.detach()).sqrt().sum());
    assertTrue(error.getMessage().contains("gradient's norm"), error.getMessage());
    assertTrue(error.getMessage().contains("step-00000003"), error.getMessage());
    assertEquals(4, images(error), "those of the whole step");
  }

  @Test
  void aLossThatIsNotFiniteEndsTheRunBeforeTheUpdate() {
    TrainingDivergedException error = diverged(w -> w.mul(0).log().sum());
    assertTrue(error.getMessage().contains("the loss is"), error.getMessage());
    assertEquals(2, images(error), "those of the part that diverged");
  }
}
