package org.maskwright.trainer.incontext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.LoaderState;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.decoder.InContextDecoder.Meaning;
import org.maskwright.modelzoo.decoder.InContextDecoder.OwnExample;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskSettings;
import org.maskwright.trainer.loss.Decisions;

/** An example that is learnt, while the model stays. */
class PromptTuningTest {
  private static final int SIDE = TinyInContext.SIDE;
  private static final int PLANE = SIDE * SIDE;
  private static final double BETA = 0.01;
  private static final Normalization PIXELS = Normalization.IMAGENET;
  private static final ClassSpace CLASSES =
      new ClassSpace(
          List.of(
              new ClassSpace.Entry("background", false),
              new ClassSpace.Entry("left", true),
              new ClassSpace.Entry("right", true)));
  @TempDir private Path temp;
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static SegmentationModel model(boolean ownExample) {
    return SegmentationModels.build(engine, TinyInContext.model(ownExample), CLASSES);
  }

  private static TrainTask task(SegmentationModel model) {
    return new PromptTuning.Settings(BETA)
        .build(new TrainTaskSettings.Context(model, null, List.of(), PIXELS, warning -> {}));
  }

  /** A picture whose rows 2 to 5 are background, columns 0 to 7 of others left, the rest right. */
  private static TrainingExample example(int seed) {
    MaskStack masks = new MaskStack(3, SIDE, SIDE);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        masks.set(y >= 2 && y < 6 ? 0 : x < 8 ? 1 : 2, y, x);
      }
    }
    byte[] pixels = new byte[3 * PLANE];
    new Random(seed).nextBytes(pixels);
    return new TrainingExample(
        new SampleInfo(ImageId.of("p" + seed), Path.of("p.png"), SIDE, SIDE),
        List.of(new PixelPlanes.Bytes(new Size(SIDE, SIDE), pixels)),
        new Size(SIDE, SIDE),
        new Size(SIDE, SIDE),
        new int[] {0, 1, 2},
        masks);
  }

  private static Batch batch(int... seeds) {
    return new Batch(
        java.util.Arrays.stream(seeds).mapToObj(PromptTuningTest::example).toList(),
        LoaderState.start(1));
  }

  private static StepPart part(TrainTask task, Step step) {
    return new StepPart(step, 0, task.normalizers(step), new Decisions(), new Phases());
  }

  private static OwnExample own(SegmentationModel model) {
    return InContextModels.decoder(model).ownExample().orElseThrow();
  }

  @Test
  void theLossIsThatOfWhatAnExampleOfTheSameTensorsHasPainted() {
    try (SegmentationModel model = model(true);
        var scope = engine.scope()) {
      Random random = new Random(9);
      float[] picture = new float[3 * PLANE];
      float[] painted = new float[3 * PLANE];
      for (int i = 0; i < picture.length; i++) {
        picture[i] = (float) random.nextGaussian();
        painted[i] = (float) random.nextGaussian();
      }
      own(model).picture().set(engine.floats(picture, 1, 3, SIDE, SIDE));
      own(model).painted().set(engine.floats(painted, 1, 3, SIDE, SIDE));
      TrainTask task = task(model);
      Batch batch = batch(1);
      double loss = task.losses(part(task, new Step(1, List.of(batch)))).total().item();

      float[] pixels = batch.normalizedImages(PIXELS, SIDE, SIDE);
      float[] answer =
          new ExamplePainter(model, PIXELS)
              .paint(
                  pixels, List.of(new ExamplePainter.Example(picture, painted)), Meaning.CLASSES);
      int[] colours = PaintColours.fixed(3);
      double sum = 0;
      for (int p = 0; p < PLANE; p++) {
        int y = p / SIDE;
        int colour = y >= 2 && y < 6 ? 0 : colours[p % SIDE < 8 ? 1 : 2];
        for (int c = 0; c < 3; c++) {
          double d =
              Math.abs(answer[c * PLANE + p] - PaintColours.channel(colour, c)) / PIXELS.std(c);
          sum += d < BETA ? d * d / (2 * BETA) : d - BETA / 2;
        }
      }
      assertEquals(sum / (3 * PLANE), loss, 1e-4 * loss);
    }
  }

  @Test
  void theExampleAloneIsLearntAndGetsBetter() {
    try (SegmentationModel model = model(true)) {
      TrainTask task = task(model);
      Map<String, float[]> before = new LinkedHashMap<>();
      model.state().forEach((name, p) -> before.put(name, p.tensor().toFloats()));
      double first = 0;
      double last = 0;
      Step step = new Step(1, List.of(batch(1, 2)));
      for (int i = 0; i < 30; i++) {
        try (var scope = engine.scope()) {
          var total = task.losses(part(task, step)).total();
          last = total.item();
          first = i == 0 ? last : first;
          model.zeroGrad();
          total.backward();
          for (Parameter p : List.of(own(model).picture(), own(model).painted())) {
            assertNotNull(p.grad());
            p.set(p.tensor().detach().sub(p.grad().mul(5)));
          }
        }
      }
      assertTrue(last < first, first + " to " + last);
      model
          .state()
          .forEach(
              (name, p) -> {
                if (!name.contains("example_")) {
                  assertNull(p.grad(), name);
                  assertArrayEquals(before.get(name), p.tensor().toFloats(), name);
                }
              });
    }
  }

  @Test
  void itIsSavedWithTheModelAndAnswersByItself() {
    Path folder = temp.resolve("tuned");
    try (SegmentationModel model = model(true)) {
      TinyInContext.write(folder, model);
      RgbImage photograph = new RgbImage(20, 12, new byte[720]);
      try (ExamplePredictor predictor = ExamplePredictor.open(engine, folder, List.of(), 1)) {
        assertEquals(
            List.of("left", "right"),
            predictor.labels().stream().map(ExamplePredictor.Label::name).toList());
        assertEquals(2, predictor.find(photograph).size());
      }
      try (SegmentationModel read = ModelFolder.open(engine, folder)) {
        assertArrayEquals(
            own(model).painted().tensor().toFloats(), own(read).painted().tensor().toFloats());
      }
    }
  }

  @Test
  void weightsWithoutAnExampleAreAStartAndAModelWithoutOneIsRefused() {
    Path folder = temp.resolve("plain");
    try (SegmentationModel plain = model(false);
        SegmentationModel model = model(true)) {
      TinyInContext.write(folder, plain);
      model.load(ModelFolder.imported(folder), LoadPolicy.strict());
      assertThrows(ConfigException.class, () -> task(plain));
      assertThrows(
          IllegalArgumentException.class,
          () -> ExamplePredictor.open(engine, folder, List.of(), 1));
    }
  }
}
