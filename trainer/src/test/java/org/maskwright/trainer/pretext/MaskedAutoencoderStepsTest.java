package org.maskwright.trainer.pretext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.DatasetException;
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
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.NonePart;
import org.maskwright.modelzoo.pretext.MaskedAutoencoderPart;
import org.maskwright.modelzoo.pretext.RegionAutoencoderPart;
import org.maskwright.modelzoo.vit.PlainBlocks;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskSettings;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.Decisions;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;

/** Steps in which a transformer learns what is hidden from it. */
class MaskedAutoencoderStepsTest {
  private static final int SIDE = 32;
  private static final PlainBlocks.Sizes BLOCKS = new PlainBlocks.Sizes(16, 1, 2, 32);
  private static final MaskedAutoencoderPart.Settings PIXELS =
      new MaskedAutoencoderPart.Settings(BLOCKS, 0.75, true);
  private static final MaskedRegions.Settings REGIONS =
      new MaskedRegions.Settings(MaskedRegions.Regions.MASKS, 3, 1, 0, 1, 1, 1);

  private static SegmentationModel model(Engine engine, DecoderConfig decoder) {
    VitPart.Settings encoder =
        new VitPart.Settings(
            VitFamily.MAE,
            8,
            32,
            2,
            2,
            48,
            VitActivation.GELU,
            false,
            4,
            0,
            0,
            List.of(),
            0,
            0,
            32,
            0.2,
            false);
    SegmentationModel model =
        SegmentationModels.build(
            engine,
            new ModelConfig(32, 32, 32, encoder, new NonePart.Settings(), decoder),
            ClassSpace.OBJECT);
    model.setTraining(true);
    return model;
  }

  private static TrainTask task(SegmentationModel model, TrainTaskSettings settings) {
    return TrainTaskSettings.built(
        settings,
        new TrainTaskSettings.Context(
            model,
            new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2),
            List.of(),
            Normalization.IMAGENET,
            warning -> {}));
  }

  private static TrainingExample example(int number, int side, int regions) {
    Random random = new Random(number);
    byte[] image = new byte[3 * side * side];
    random.nextBytes(image);
    MaskStack masks = new MaskStack(regions, side, side);
    for (int n = 0; n < regions; n++) {
      for (int row = random.nextInt(side); row < side; row++) {
        masks.setRow(n, row, 0, 1 + random.nextInt(side));
      }
    }
    Size size = new Size(side, side);
    SampleInfo info = new SampleInfo(ImageId.of(number), Path.of(number + ".png"), side, side);
    return new TrainingExample(
        info, new PixelPlanes.Bytes(size, image), size, size, new int[regions], masks);
  }

  private static Step step(int... sizes) {
    List<Batch> parts = new ArrayList<>();
    int number = 0;
    for (int size : sizes) {
      List<TrainingExample> some = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        some.add(example(++number, SIDE, number - 1));
      }
      parts.add(new Batch(some, LoaderState.START));
    }
    return new Step(5, parts);
  }

  /** Losses over all parts, and the norm of each gradient. */
  private static Map<String, Double> numbers(TrainTask task, Step step) {
    return numbers(task, step, task.normalizers(step));
  }

  private static Map<String, Double> numbers(
      TrainTask task, Step step, StepNormalizers normalizers) {
    Map<String, Double> out = new LinkedHashMap<>();
    for (int part = 0; part < step.parts().size(); part++) {
      try (Scope scope = task.model().engine().scope()) {
        Losses losses =
            task.losses(new StepPart(step, part, normalizers, new Decisions(), new Phases()));
        for (LossPart value : losses.values()) {
          out.merge(value.name(), value.value(), Double::sum);
        }
        losses.total().backward();
      }
    }
    task.model()
        .parameters()
        .forEach(
            (name, p) -> {
              if (p.grad() != null) {
                double sum = 0;
                for (float v : p.grad().toFloats()) {
                  sum += (double) v * v;
                }
                out.put(name, Math.sqrt(sum));
              }
            });
    task.model().zeroGrad();
    return out;
  }

  private static void assertClose(Map<String, Double> expected, Map<String, Double> got) {
    assertEquals(expected.keySet(), got.keySet());
    expected.forEach((name, value) -> assertEquals(value, got.get(name), 1e-4, name));
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void partsHaveTheLossesAndGradientsOfTheWhole(boolean regions) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withSeed(7));
        SegmentationModel model =
            model(
                engine,
                regions ? new RegionAutoencoderPart.Settings(PIXELS, BLOCKS, BLOCKS) : PIXELS)) {
      TrainTask task = task(model, regions ? REGIONS : new MaskedPixels.Settings());
      Map<String, Double> whole = numbers(task, step(4));
      assertEquals(regions, whole.containsKey("loss_regions"));
      assertClose(whole, numbers(task, step(1, 1, 1, 1)));
      assertClose(whole, numbers(task, step(2, 2)));
      Map<String, Double> later = numbers(task, new Step(6, step(4).parts()));
      assertNotEquals(whole.get("loss_pixels"), later.get("loss_pixels")); // others are hidden
      assertTrue(
          whole.keySet().stream().noneMatch(name -> name.contains("pos_embed")), "positions stay");
    }
  }

  /** What two processes that share a batch compute adds up to what one has of it. */
  @Test
  void sharesOfProcessesAddUpToTheWhole() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withSeed(7));
        SegmentationModel model = model(engine, PIXELS)) {
      TrainTask task = task(model, new MaskedPixels.Settings());
      Step whole = step(4);
      Step first = share(whole.parts().get(0), 0, 1);
      Step rest = share(whole.parts().get(0), 1, 3);
      StepNormalizers both = task.normalizers(first).plus(task.normalizers(rest));
      assertEquals(task.normalizers(whole), both);
      double parts =
          numbers(task, first, both).get("loss_pixels")
              + numbers(task, rest, both).get("loss_pixels");
      assertEquals(numbers(task, whole).get("loss_pixels"), parts, 1e-4);
    }
  }

  private static Step share(Batch whole, int from, int count) {
    return new Step(
        5,
        List.of(
            new Batch(
                whole.examples().subList(from, from + count),
                whole.sources().subList(from, from + count),
                whole.labels().subList(from, from + count),
                LoaderState.START,
                from,
                whole.size())));
  }

  @Test
  void picturesThatAreNoWholePatchesOrLessThanOneAreNamed() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        SegmentationModel model = model(engine, PIXELS)) {
      TrainTask task = task(model, new MaskedPixels.Settings());
      Step parts = new Step(1, List.of(new Batch(List.of(example(1, 20, 0)), LoaderState.START)));
      assertThrows(ConfigException.class, () -> numbers(task, parts));
      TrainingExample large = example(2, SIDE, 0);
      TrainingExample small =
          new TrainingExample(
              large.info(),
              large.image(),
              new Size(SIDE, 7),
              new Size(SIDE, SIDE),
              new int[0],
              new MaskStack(0, SIDE, SIDE));
      Step narrow = new Step(1, List.of(new Batch(List.of(small), LoaderState.START)));
      String message =
          assertThrows(DatasetException.class, () -> numbers(task, narrow)).getMessage();
      assertTrue(message.contains("patch of 8 x 8"), message);
    }
  }

  @Test
  void regionsAreDrawnWithoutAndThenWithRepetition() {
    MaskStack masks = example(9, SIDE, 5).masks();
    RandomStream random = RandomStream.of(1, "test");
    List<Integer> three = RegionDraw.of(masks, 3, random).chosen();
    assertEquals(3, new HashSet<>(three).size());
    List<Integer> twelve = RegionDraw.of(masks, 12, random).chosen();
    assertEquals(Set.of(0, 1, 2, 3, 4), Set.copyOf(twelve.subList(0, 5)));
    assertEquals(Set.of(0, 1, 2, 3, 4), Set.copyOf(twelve.subList(5, 10)));
    assertEquals(12, twelve.size());
    assertEquals(List.of(), RegionDraw.of(new MaskStack(2, 4, 4), 3, random).chosen());
    float[] planes = new float[2 * 40 * 36];
    RegionDraw draw = RegionDraw.of(masks, 2, random);
    draw.into(planes, 0, 40, 36);
    for (int k = 0; k < 2; k++) {
      for (int y = 0; y < 40; y++) {
        for (int x = 0; x < 36; x++) {
          boolean in = y < SIDE && x < SIDE && masks.get(draw.chosen().get(k), y, x);
          assertEquals(in ? 1 : 0, planes[(k * 40 + y) * 36 + x]);
        }
      }
    }
  }
}
