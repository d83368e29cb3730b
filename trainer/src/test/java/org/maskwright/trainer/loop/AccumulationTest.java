package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.optim.AdamW;
import org.maskwright.trainer.optim.LayerDecay;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.optim.Plain;
import org.maskwright.trainer.schedule.Schedule;

class AccumulationTest {
  private static final int STEPS = 3;

  /** A loss that is a mean over the images of a step. */
  private record MeanOverImages(Module model, Linear layer) implements TrainTask {
    @Override
    public StepNormalizers normalizers(Step step) {
      return StepNormalizers.NONE;
    }

    @Override
    public Losses losses(StepPart part) {
      Batch batch = part.batch();
      float[] values = new float[batch.size() * 2];
      for (int i = 0; i < batch.size(); i++) {
        values[2 * i] = batch.examples().get(i).info().imageId().number();
        values[2 * i + 1] = 1;
      }
      Tensor x = layer.engine().floats(values, batch.size(), 2);
      Tensor loss = layer.forward(x).square().sum().div(part.step().images());
      return new Losses(loss, List.of(new Losses.Term("loss_ce", loss)));
    }
  }

  private static float[] trained(int batchSize, int accumulate) {
    Tiles data =
        new Tiles(
            Categories.things("box"), 4, java.util.Collections.nCopies(7, List.<Tiles.Tile>of()));
    OptimizerSettings settings =
        new OptimizerSettings(
            0.1,
            1,
            LayerDecay.NONE,
            0,
            0,
            0.5,
            0,
            new AdamW.Settings(0.9, 0.99, 1e-2),
            new Plain.Settings());
    try (Engine engine =
            Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1).withSeed(3));
        Linear layer = Linear.of(engine, 2, 1);
        Optimizer optimizer = settings.over(layer);
        Loader loader =
            new Loader(
                data, Augmentation.none(Task.INSTANCE), LoaderSettings.training(batchSize, 5, 1))) {
      new Trainer(
              new MeanOverImages(layer, layer),
              optimizer,
              Optional.empty(),
              settings,
              new Schedule.Cosine(STEPS),
              accumulate,
              Optional::empty)
          .run(loader, 0, STEPS, List.of());
      return layer.parameters().get("weight").tensor().toFloats();
    }
  }

  @Test
  void accumulatedBatchesStepAsOneBatchOfAllTheirImages() {
    assertArrayEquals(trained(6, 1), trained(2, 3), 1e-5f);
    assertArrayEquals(trained(6, 1), trained(1, 6), 1e-5f);
  }
}
