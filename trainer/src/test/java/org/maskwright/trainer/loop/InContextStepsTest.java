package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.LoaderState;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.incontext.InContext;
import org.maskwright.trainer.incontext.TinyInContext;
import org.maskwright.trainer.loss.Decisions;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;

class InContextStepsTest {
  private static final int SIDE = TinyInContext.SIDE;
  private static final Normalization PIXELS = Normalization.IMAGENET;
  private static final InContext.Settings SETTINGS =
      new InContext.Settings(
          InContext.Painted.ALL, InContext.Colours.RANDOM, 0.5, 1, 8, 0.3, 0.5, false, true, 0.01);

  /** Three targets: two in both pictures, one in the first alone. */
  private static TrainingExample example() {
    MaskStack masks = new MaskStack(6, SIDE, SIDE);
    int[][] boxes = {{0, 0}, {4, 4}, {8, 0}, {8, 8}, {0, 8}};
    for (int m = 0; m < boxes.length; m++) {
      for (int p = 0; p < 16; p++) {
        masks.set(m, boxes[m][1] + p / 4, boxes[m][0] + p % 4);
      }
    }
    byte[] pixels = new byte[3 * SIDE * SIDE];
    Arrays.fill(pixels, (byte) 90);
    PixelPlanes image = new PixelPlanes.Bytes(new Size(SIDE, SIDE), pixels);
    return new TrainingExample(
        new SampleInfo(ImageId.of("one"), Path.of("one.png"), SIDE, SIDE),
        List.of(image, image),
        new Size(SIDE, SIDE),
        new Size(SIDE, SIDE),
        new int[] {0, 1, 2},
        masks);
  }

  private static StepPart part(TrainTask task, Step step) {
    StepNormalizers normalizers = task.normalizers(step);
    return new StepPart(step, 0, normalizers, new Decisions(), new Phases());
  }

  @Test
  void aStepComputedAgainGivesTheSameAndOneBatchCanBeOverfitted() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        SegmentationModel model =
            SegmentationModels.build(engine, TinyInContext.model(), ClassSpace.ofSize(3))) {
      model.setTraining(true);
      TrainTask task =
          SETTINGS.build(
              new TrainTaskSettings.Context(model, null, List.of(), PIXELS, warning -> {}));
      Batch batch = new Batch(List.of(example(), example()), LoaderState.start(1));
      Step step = new Step(5, List.of(batch));
      double first = 0;
      double last = 0;
      for (int i = 0; i < 60; i++) {
        try (var scope = engine.scope()) {
          Losses losses = task.losses(part(task, step));
          last = losses.total().item();
          if (i == 0) {
            first = last;
            assertEquals(first, task.losses(part(task, step)).total().item());
            assertNotEquals(
                first, task.losses(part(task, new Step(6, List.of(batch)))).total().item());
          }
          model.zeroGrad();
          losses.total().backward();
          model
              .parameters()
              .values()
              .forEach(
                  p -> {
                    if (p.grad() != null) {
                      p.set(p.tensor().detach().sub(p.grad().mul(0.05)));
                    }
                  });
        }
      }
      assertTrue(last < 0.6 * first, first + " to " + last);
    }
  }
}
