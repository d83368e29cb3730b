package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.ParameterExchange;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.Masks;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.optim.AdamW;
import org.maskwright.trainer.optim.LayerDecay;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.optim.Plain;

/** What a step brings from a device to the host: each time, the device waits for the host. */
class HostReadsTest {
  /** What a step came to. */
  private record Result(double loss, List<LossPart> parts, double norm) {}

  private static Result step(Engine engine, String name, int... parts) {
    OptimizerSettings settings =
        new OptimizerSettings(
            1e-3,
            1,
            LayerDecay.NONE,
            0.05,
            0,
            0.1,
            0,
            new AdamW.Settings(0.9, 0.999, 1e-8),
            new Plain.Settings());
    try (SegmentationModel model = StepPartsTest.build(engine, name, false);
        Optimizer optimizer = settings.over(model)) {
      SegmentationTask task =
          new SegmentationTask(
              model,
              Criterion.of(StepPartsTest.criterion(name)),
              List.of(new SourceSupervision(new Masks.Settings())),
              Normalization.IMAGENET,
              w -> {});
      ParameterExchange alone =
          new ParameterExchange(engine, ProcessGroup.alone(), model.parameters().values());
      StepEvaluation evaluation =
          new StepEvaluation(
              task, alone, StepPartsTest.step(3, parts), 1, new Phases(), Optional::empty);
      double norm = optimizer.step(evaluation, 1).gradientNorm();
      model.zeroGrad();
      return new Result(evaluation.loss(), evaluation.parts(), norm);
    }
  }

  /**
   * Of each part the costs, the logits among which points are chosen and the losses, where the
   * criterion has them; of the step the norm. None of them grows with images, outputs or
   * parameters.
   */
  @ParameterizedTest
  @CsvSource({
    "mask2former, 1, 4",
    "mask2former, 2, 7",
    "maskformer, 1, 3",
    "per-pixel-plus, 1, 2",
  })
  void aStepReadsTheDeviceAFewTimesWhateverItsSize(String name, int parts, int expected) {
    for (int images : new int[] {1, 2}) {
      FarMemory far = new FarMemory();
      try (Engine engine = far.open()) {
        int[] sizes = new int[parts];
        Arrays.fill(sizes, images);
        step(engine, name, sizes);
        assertEquals(expected, far.reads(), images + " images in each part");
      }
    }
  }

  /** The same kernels computed it, but for those in Java. */
  @ParameterizedTest
  @ValueSource(strings = {"mask2former", "maskformer", "per-pixel-plus"})
  void aStepOnADeviceIsThatOfTheHost(String name) {
    Result near;
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1))) {
      near = step(engine, name, 2, 2);
    }
    Result far;
    try (Engine engine = new FarMemory().open()) {
      far = step(engine, name, 2, 2);
    }
    assertEquals(near.loss(), far.loss(), 1e-4 * near.loss());
    assertEquals(near.norm(), far.norm(), 1e-3 * near.norm());
    for (int i = 0; i < near.parts().size(); i++) {
      assertEquals(near.parts().get(i).name(), far.parts().get(i).name());
      double value = near.parts().get(i).value();
      assertEquals(value, far.parts().get(i).value(), 1e-4 * Math.max(1, value), name);
    }
  }
}
