package org.maskwright.trainer.contrast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.ViewCrop;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.LoaderState;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.NonePart;
import org.maskwright.modelzoo.pretext.ContrastPart;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskSettings;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.Decisions;
import org.maskwright.trainer.loss.Losses;

/** What moves in a step besides the model: momentum encoder, queue and centre. */
class MomentumTaskTest {
  private static final int SIDE = 64;
  private static final int QUEUE = 5;
  private static final int WIDTH = 8;
  private static final double MOMENTUM = 0.9;

  private static TrainTask task(Engine engine, Plrc.Negatives negatives) {
    ModelConfig config =
        new ModelConfig(
            32,
            32,
            32,
            new ResNetPart.Settings(
                ResNetPart.Block.BASIC,
                List.of(1, 1, 1, 1),
                8,
                ResNetPart.Stem.BASIC,
                ResNetPart.Norm.BATCH,
                false),
            new NonePart.Settings(),
            new ContrastPart.Settings(WIDTH, 16, 16, 1));
    SegmentationModel model = SegmentationModels.build(engine, config, ClassSpace.OBJECT);
    TrainTask task =
        TrainTaskSettings.built(
            new Plrc.Settings(
                QUEUE,
                MOMENTUM,
                0.2,
                0.7,
                new Plrc.Points(0.3, 4, 6, negatives, 0.2, 0.07),
                new Plrc.Affinity(0.3, 0.1, 0.04, 0.07, 0.3, 0.9)),
            new TrainTaskSettings.Context(
                model,
                new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2),
                List.of(),
                Normalization.IMAGENET,
                warning -> {}));
    task.model().setTraining(true);
    return task;
  }

  private static TrainingExample example(int number) {
    Random random = new Random(number);
    Size size = new Size(SIDE, SIDE);
    List<PixelPlanes> images = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      byte[] pixels = new byte[3 * SIDE * SIDE];
      random.nextBytes(pixels);
      images.add(new PixelPlanes.Bytes(size, pixels));
    }
    SampleInfo info = new SampleInfo(ImageId.of(number), Path.of(number + ".png"), 100, 100);
    Size picture = new Size(100, 100);
    return new TrainingExample(
            info, images, size, picture, new int[0], new MaskStack(0, SIDE, SIDE))
        .withViews(
            List.of(
                new ViewCrop(picture, 10, 0, 80, 80, false, size),
                new ViewCrop(picture, 20, 20, 70, 80, true, size)));
  }

  private static Step step(long number, int... sizes) {
    List<Batch> parts = new ArrayList<>();
    int image = (int) number * 100;
    for (int size : sizes) {
      List<TrainingExample> some = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        some.add(example(++image));
      }
      parts.add(new Batch(some, LoaderState.START));
    }
    return new Step(number, parts);
  }

  private static Map<String, float[]> state(TrainTask task) {
    Map<String, float[]> out = new LinkedHashMap<>();
    task.model().state().forEach((name, p) -> out.put(name, p.tensor().toFloats()));
    return out;
  }

  private static List<Double> run(TrainTask task, Step step) {
    List<Double> losses = new ArrayList<>();
    for (int part = 0; part < step.parts().size(); part++) {
      try (Scope scope = task.model().engine().scope()) {
        Losses found =
            task.losses(
                new StepPart(step, part, task.normalizers(step), new Decisions(), new Phases()));
        found.values().forEach(value -> losses.add(value.value()));
        found.total().backward();
      }
    }
    return losses;
  }

  @Test
  void encoderQueueAndCentreMoveOnceAStepIsTaken() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Scope scope = engine.scope()) {
      TrainTask task = task(engine, Plrc.Negatives.IN_IMAGE);
      task.trainedTo(0);
      Step step = step(1, 2, 1);
      List<Double> losses = run(task, step);
      assertEquals(6, losses.size());
      assertTrue(losses.stream().allMatch(loss -> loss > 0), losses.toString());
      Map<String, float[]> begun = state(task);
      String weight = "backbone.res2.0.conv1.weight";
      assertArrayEquals(
          begun.get("model." + weight), begun.get("keys." + weight), "one start for both");
      assertEquals(losses, run(task, step), "asked again it says the same");
      Map<String, float[]> before = state(task);
      assertArrayEquals(begun.get("queue.rows"), before.get("queue.rows"));
      task.model()
          .parameters()
          .forEach(
              (name, p) -> {
                assertEquals(name.startsWith("model."), p.isTrainable(), name);
                if (name.startsWith("model.")) {
                  assertTrue(p.grad() != null, name);
                  p.set(p.tensor().add(1)); // the update
                }
              });
      task.trainedTo(0.1);
      Map<String, float[]> after = state(task);
      for (String name : before.keySet()) {
        if (name.startsWith("keys.") && before.containsKey("model." + name.substring(5))) {
          boolean buffer = name.contains("running_");
          float[] old = before.get(name);
          for (int i = 0; i < old.length; i++) {
            double expected = buffer ? old[i] : old[i] + 0.1;
            assertEquals(expected, after.get(name)[i], 1e-4, name);
          }
        }
      }
      float[] rows = after.get("queue.rows");
      float[] old = before.get("queue.rows");
      assertArrayEquals(
          Arrays.copyOf(old, 2 * WIDTH), Arrays.copyOfRange(rows, 3 * WIDTH, 5 * WIDTH));
      for (int i = 0; i < QUEUE; i++) {
        double square = 0;
        for (int c = 0; c < WIDTH; c++) {
          square += rows[i * WIDTH + c] * rows[i * WIDTH + c];
        }
        assertEquals(1, square, 1e-5);
      }
      assertFalse(Arrays.equals(before.get("points.centre"), after.get("points.centre")));
      task.trainedTo(0.1); // as a resumed run begins
      Map<String, float[]> again = state(task);
      after.forEach((name, values) -> assertArrayEquals(values, again.get(name), name));
      task.model().close();
    }
  }

  @Test
  void bothKindsOfNegativesAreLearntFrom() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Scope scope = engine.scope()) {
      TrainTask task = task(engine, Plrc.Negatives.IN_BATCH);
      List<Double> losses = run(task, step(1, 3));
      assertTrue(losses.stream().allMatch(loss -> loss > 0), losses.toString());
      task.model().close();
    }
  }

  @Test
  void aTaskThatIsToldNothingOfViewsSaysSo() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Scope scope = engine.scope()) {
      TrainTask task = task(engine, Plrc.Negatives.IN_IMAGE);
      Size size = new Size(SIDE, SIDE);
      TrainingExample one =
          new TrainingExample(
              new SampleInfo(ImageId.of(1), Path.of("1.png"), SIDE, SIDE),
              new PixelPlanes.Bytes(size, new byte[3 * SIDE * SIDE]),
              size,
              size,
              new int[0],
              new MaskStack(0, SIDE, SIDE));
      Step step = new Step(1, List.of(new Batch(List.of(one), LoaderState.START)));
      String message =
          assertThrows(IllegalArgumentException.class, () -> run(task, step)).getMessage();
      assertTrue(message.contains("two views"), message);
      task.model().close();
    }
  }
}
