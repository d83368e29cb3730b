package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.ParameterExchange;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.TrainingDivergedException;
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

  private static final OptimizerSettings SETTINGS =
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

  private static StepEvaluation evaluation(SegmentationModel model, String name, int... parts) {
    SegmentationTask task =
        new SegmentationTask(
            model,
            Criterion.of(StepPartsTest.criterion(name)),
            List.of(new SourceSupervision(new Masks.Settings())),
            Normalization.IMAGENET,
            w -> {});
    ParameterExchange alone =
        new ParameterExchange(model.engine(), ProcessGroup.alone(), model.parameters().values());
    return new StepEvaluation(
        task, alone, StepPartsTest.step(3, parts), 1, new Phases(), Optional::empty);
  }

  private static Result step(Engine engine, String name, int... parts) {
    try (SegmentationModel model = StepPartsTest.build(engine, name, false);
        Optimizer optimizer = SETTINGS.over(model)) {
      StepEvaluation evaluation = evaluation(model, name, parts);
      double norm = optimizer.step(evaluation, 1).gradientNorm();
      model.zeroGrad();
      return new Result(evaluation.loss(), evaluation.parts(), norm);
    }
  }

  /**
   * Of each part the costs, where the criterion matches; of the step the losses and the norm
   * together. None of them grows with images, outputs or parameters.
   */
  @ParameterizedTest
  @CsvSource({
    "mask2former, 1, 2",
    "mask2former, 2, 3",
    "maskformer, 1, 2",
    "per-pixel-plus, 1, 1",
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

  private static Map<String, float[]> gradients(SegmentationModel model) {
    Map<String, float[]> out = new LinkedHashMap<>();
    model.parameters().forEach((name, p) -> out.put(name, p.grad().toFloats()));
    return out;
  }

  /** Points that a device chose are remembered without it. */
  @ParameterizedTest
  @ValueSource(strings = {"mask2former", "maskformer"})
  void aStepIsComputedAgainOnADeviceToTheLastBit(String name) {
    try (Engine engine = new FarMemory().open();
        SegmentationModel model = StepPartsTest.build(engine, name, false)) {
      StepEvaluation evaluation = evaluation(model, name, 2, 2);
      double loss = evaluation.evaluate();
      Map<String, float[]> first = gradients(model);
      assertEquals(loss, evaluation.evaluate());
      Map<String, float[]> second = gradients(model);
      first.forEach((key, values) -> assertArrayEquals(values, second.get(key), key));
    }
  }

  /** The loss is read after the backward pass then, but before anything changes. */
  @Test
  void aStepThatDivergesOnADeviceNamesItsLossAndChangesNothing() {
    String name = "per-pixel-plus"; // without matching costs, which would be found first
    try (Engine engine = new FarMemory().open();
        SegmentationModel model = StepPartsTest.build(engine, name, false);
        Optimizer optimizer = SETTINGS.over(model)) {
      Parameter broken = model.parameters().values().iterator().next();
      try (Scope scope = engine.scope()) {
        broken.set(engine.full(Double.NaN, broken.shape()));
      }
      Map<String, float[]> before = new LinkedHashMap<>();
      model.parameters().forEach((key, p) -> before.put(key, p.tensor().toFloats()));
      StepEvaluation evaluation = evaluation(model, name, 1, 1);
      TrainingDivergedException error =
          assertThrows(TrainingDivergedException.class, () -> optimizer.step(evaluation, 1));
      assertTrue(error.getMessage().contains("the loss is NaN"), error.getMessage());
      model
          .parameters()
          .forEach((key, p) -> assertArrayEquals(before.get(key), p.tensor().toFloats(), key));
      assertEquals(0, optimizer.steps());
    }
  }
}
