package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.nn.BatchNorm;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.ParameterExchange;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.TrainingDivergedException;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.Masks;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.loss.StepNormalizers;

/** Every evaluation of a step is of the same function, and only the first leaves traces. */
class StepEvaluationTest {
  private static Map<String, float[]> gradients(Module model) {
    Map<String, float[]> out = new LinkedHashMap<>();
    model.parameters().forEach((name, p) -> out.put(name, p.grad().toFloats()));
    return out;
  }

  /** With dropout, drop path, sampled points and matching. */
  @ParameterizedTest
  @ValueSource(strings = {"mask2former", "maskformer", "per-pixel-plus"})
  void evaluatingAStepAgainGivesTheSameLossesAndGradientsToTheLastBit(String name) {
    try (Engine engine = StepPartsTest.open("torch");
        SegmentationModel model = StepPartsTest.build(engine, name, false)) {
      SegmentationTask task =
          new SegmentationTask(
              model,
              Criterion.of(StepPartsTest.criterion(name)),
              List.of(new SourceSupervision(new Masks.Settings())),
              Normalization.IMAGENET,
              w -> {});
      StepEvaluation evaluation = evaluation(task, StepPartsTest.step(3, 2, 2));
      double loss = evaluation.evaluate();
      Map<String, float[]> first = gradients(model);
      assertEquals(loss, evaluation.evaluate());
      Map<String, float[]> second = gradients(model);
      first.forEach((key, values) -> assertArrayEquals(values, second.get(key), key));
      assertTrue(first.values().stream().anyMatch(v -> v[0] != 0));
    }
  }

  private static StepEvaluation evaluation(TrainTask task, Step step) {
    ParameterExchange alone =
        new ParameterExchange(
            task.model().engine(), ProcessGroup.alone(), task.model().parameters().values());
    return new StepEvaluation(task, alone, step, 1, new Phases(), Optional::empty);
  }

  /** A norm with running statistics, and numbers of a stream that goes on from step to step. */
  private static final class Noisy extends Module implements TrainTask {
    private final BatchNorm norm;
    private final List<Float> drawn = new ArrayList<>();

    Noisy(Engine engine) {
      super(engine);
      norm = child("norm", new BatchNorm(engine, 2));
    }

    @Override
    public Module model() {
      return this;
    }

    @Override
    public StepNormalizers normalizers(Step step) {
      return StepNormalizers.NONE;
    }

    @Override
    public Losses losses(StepPart part) {
      float[] noise = engine().random().get("noise").uniform(2 * 2 * 3 * 3, 0, 1);
      drawn.add(noise[0]);
      Tensor loss = norm.forward(engine().floats(noise, 2, 2, 3, 3)).square().mean();
      return new Losses(loss, List.of(new Losses.Term("loss_ce", loss)));
    }
  }

  /** What is made on the way to a loss of its one parameter and does not enter it: 4 MB. */
  private static final class Wasteful extends Module implements TrainTask {
    private final Parameter parameter;

    Wasteful(Engine engine) {
      super(engine);
      parameter = parameter("weight", engine.ones(1));
    }

    @Override
    public Module model() {
      return this;
    }

    @Override
    public StepNormalizers normalizers(Step step) {
      return StepNormalizers.NONE;
    }

    @Override
    public Losses losses(StepPart part) {
      Tensor loss = parameter.tensor().square().sum();
      Tensor shown = loss.add(engine().zeros(1000, 1000)).mean();
      return new Losses(loss, List.of(new Losses.Term("loss_ce", shown)));
    }
  }

  @Test
  void theBackwardPassRunsWithoutWhatItDoesNotNeed() {
    try (Engine engine = StepPartsTest.open("torch");
        Wasteful task = new Wasteful(engine)) {
      List<Long> live = new ArrayList<>();
      task.parameter.onGradient(p -> live.add(engine.memory().liveBytes()));
      StepEvaluation evaluation = evaluation(task, StepPartsTest.step(3, 2));
      assertEquals(1, evaluation.evaluate());
      assertEquals(1, live.size());
      assertTrue(live.get(0) < 1000, "bytes alive: " + live);
    }
  }

  private static Map<String, float[]> buffers(Module model) {
    Map<String, float[]> out = new LinkedHashMap<>();
    model.buffers().forEach((name, b) -> out.put(name, b.tensor().toFloats()));
    return out;
  }

  @Test
  void onlyTheFirstEvaluationMovesRunningStatisticsAndRandomStreams() {
    try (Engine engine = StepPartsTest.open("torch");
        Noisy task = new Noisy(engine)) {
      task.setTraining(true);
      Map<String, float[]> before = buffers(task);
      StepEvaluation evaluation = evaluation(task, StepPartsTest.step(3, 2, 2));
      evaluation.evaluate();
      Map<String, float[]> once = buffers(task);
      Map<String, Long> streams = engine.random().save();
      evaluation.evaluate();
      buffers(task).forEach((name, values) -> assertArrayEquals(once.get(name), values, name));
      once.forEach((name, values) -> assertFalse(Arrays.equals(before.get(name), values), name));
      assertEquals(streams, engine.random().save());
      assertEquals(task.drawn.subList(0, 2), task.drawn.subList(2, 4));
      assertFalse(task.drawn.get(0).equals(task.drawn.get(1)), "parts draw numbers of their own");
    }
  }

  @Test
  void aLaterEvaluationThatDivergesSaysSoAndPutsBuffersBack() {
    try (Engine engine = StepPartsTest.open("torch");
        Noisy task = new Noisy(engine)) {
      task.setTraining(true);
      StepEvaluation evaluation = evaluation(task, StepPartsTest.step(3, 2));
      evaluation.evaluate();
      Map<String, float[]> once = buffers(task);
      try (var scope = engine.scope()) {
        task.norm
            .parameters()
            .get("bias")
            .set(engine.floats(new float[] {Float.POSITIVE_INFINITY, 0}, 2));
      }
      TrainingDivergedException error =
          assertThrows(TrainingDivergedException.class, evaluation::evaluate);
      assertTrue(error.getMessage().contains("evaluation 2 of the step"), error.getMessage());
      buffers(task).forEach((name, values) -> assertArrayEquals(once.get(name), values, name));
    }
  }
}
