package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.loader.DataSource;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.loader.LoaderState;
import org.maskwright.datasets.loader.Sampler;
import org.maskwright.datasets.loader.Share;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.HorizontalFlip;
import org.maskwright.datasets.transform.ResizeScale;
import org.maskwright.engine.process.PeerException;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.settings.Registry;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.loss.ClassWeights;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.CriterionKind;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.LossTermKind;
import org.maskwright.trainer.loss.Masks;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.match.MatchKind;
import org.maskwright.trainer.optim.AdamW;
import org.maskwright.trainer.optim.Ema;
import org.maskwright.trainer.optim.Gsam;
import org.maskwright.trainer.optim.LayerDecay;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.optim.Plain;
import org.maskwright.trainer.optim.Sgd;
import org.maskwright.trainer.schedule.Schedule;

/**
 * Several processes, which are threads here, with a share of each batch are one process with the
 * whole batch: with dropout, drop path, sampled points, images of several sizes, images without
 * targets, and batches that do not divide evenly.
 */
class ProcessesTest {
  private static final int SIDE = 64;
  private static final int BATCH = 5;

  /** Of gradients: as of those of a step in parts. */
  private static final double TOLERANCE = 1e-5;

  private static final OptimizerSettings GRADIENT = sgd(1, 0);

  private static OptimizerSettings sgd(double rate, double ema) {
    return new OptimizerSettings(
        rate, 1, LayerDecay.NONE, 0, 0, 0, ema, new Sgd.Settings(0, false), new Plain.Settings());
  }

  private static Tiles data(int seed) {
    RandomGenerator random = new SplittableRandom(seed);
    List<List<Tiles.Tile>> images = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      List<Tiles.Tile> tiles = new ArrayList<>();
      for (int k = 0; k < i % 4; k++) { // images 0 and 4 have none
        tiles.add(
            new Tiles.Tile(
                random.nextInt(3), random.nextInt(SIDE - 24), random.nextInt(SIDE - 24), 24, 20));
      }
      images.add(tiles);
    }
    return new Tiles(Categories.things("box", "ball", "bowl"), SIDE, images);
  }

  /** Losses of the steps, and what the model and its average are after them. */
  private record Trained(
      List<Double> losses,
      Map<String, float[]> weights,
      Map<String, float[]> averages,
      long stateElements) {}

  /** How a step is taken. */
  private record Way(
      String model,
      CriterionSettings criterion,
      OptimizerSettings settings,
      int accumulate,
      int steps,
      boolean twoSources,
      boolean dividedState) {
    Way(String model, OptimizerSettings settings, int accumulate, int steps) {
      this(model, StepPartsTest.criterion(model), settings, accumulate, steps, false, false);
    }

    Way withCriterion(CriterionSettings other) {
      return new Way(model, other, settings, accumulate, steps, twoSources, dividedState);
    }

    Way withTwoSources() {
      return new Way(model, criterion, settings, accumulate, steps, true, dividedState);
    }

    Way withDividedState() {
      return new Way(model, criterion, settings, accumulate, steps, twoSources, true);
    }

    Trained with(ProcessGroup group) {
      return with(group, built -> {});
    }

    /** From other weights than those that a model is built with. */
    Trained with(ProcessGroup group, Consumer<SegmentationModel> start) {
      try (Engine engine = StepPartsTest.open("torch");
          SegmentationModel built = StepPartsTest.build(engine, model, true)) {
        start.accept(built);
        return trained(group, engine, built);
      }
    }

    private Trained trained(ProcessGroup group, Engine engine, SegmentationModel built) {
      try (Optimizer optimizer = settings.over(built, dividedState ? group : ProcessGroup.alone());
          Ema ema = new Ema(built, 0.9);
          Loader loader = loader(group)) {
        engine.join(group, group);
        List<Double> losses = new ArrayList<>();
        new Trainer(
                new SegmentationTask(
                    built,
                    Criterion.of(criterion),
                    List.of(
                        new SourceSupervision(new Masks.Settings()),
                        new SourceSupervision(new Masks.Settings(), Map.of("mask", 0.5))),
                    Normalization.IMAGENET,
                    w -> {}),
                optimizer,
                Optional.of(ema),
                settings,
                new Schedule.Constant(),
                accumulate,
                Optional::empty)
            .run(
                loader,
                0,
                steps,
                List.of(
                    report -> {
                      losses.add(report.loss());
                      assertEquals(BATCH * accumulate, report.images());
                      return TrainListener.Verdict.CONTINUE;
                    }));
        return new Trained(
            losses, values(built.state()), values(ema.state()), elements(optimizer.state()));
      }
    }

    private Loader loader(ProcessGroup group) {
      Augmentation random =
          new Augmentation(
              List.of(new HorizontalFlip(0.5), new ResizeScale(0.5, 1, SIDE, SIDE)),
              Task.INSTANCE,
              Augmentation.EmptyMasks.DROP);
      List<DataSource> sources = new ArrayList<>();
      sources.add(new DataSource(data(1), random));
      if (twoSources) {
        sources.add(new DataSource(data(2), random));
      }
      return new Loader(
          sources,
          twoSources ? Sampler.mixed(3, BATCH, List.of(1.0, 2.0)) : Sampler.one(BATCH),
          LoaderSettings.training(BATCH, 5, 1),
          LoaderState.start(sources.size()),
          new Share(group.rank(), group.size()));
    }
  }

  private static Map<String, float[]> values(Map<String, Parameter> parameters) {
    Map<String, float[]> out = new LinkedHashMap<>();
    parameters.forEach((name, p) -> out.put(name, p.tensor().toFloats()));
    return out;
  }

  private static long elements(Map<String, Parameter> parameters) {
    return parameters.values().stream().mapToLong(Parameter::numel).sum();
  }

  private static double largest(Map<String, float[]> values) {
    double out = 1;
    for (float[] each : values.values()) {
      for (float value : each) {
        out = Math.max(out, Math.abs(value));
      }
    }
    return out;
  }

  /** With a tolerance relative to the largest value of all, which are gradients after one step. */
  private static void assertClose(
      Map<String, float[]> expected, Map<String, float[]> got, double relative, String what) {
    double tolerance = relative * largest(expected);
    expected.forEach(
        (name, values) -> {
          double difference = difference(values, got.get(name));
          assertTrue(difference <= tolerance, what + ": " + name + " differs by " + difference);
        });
  }

  private static double difference(float[] one, float[] other) {
    double out = 0;
    for (int i = 0; i < one.length; i++) {
      out = Math.max(out, Math.abs(one[i] - other[i]));
    }
    return out;
  }

  private static double difference(Trained one, Trained other) {
    return one.weights().entrySet().stream()
        .mapToDouble(e -> difference(e.getValue(), other.weights().get(e.getKey())))
        .max()
        .getAsDouble();
  }

  private static void assertOneProcess(Way way, int size, double tolerance) throws Exception {
    Trained alone = way.with(ProcessGroup.alone());
    List<Trained> each = TrainingProcesses.each(size, way::with);
    for (int rank = 0; rank < size; rank++) {
      Trained got = each.get(rank);
      String what = "process " + rank + " of " + size;
      for (int s = 0; s < way.steps(); s++) {
        double loss = alone.losses().get(s);
        assertEquals(loss, got.losses().get(s), tolerance * Math.max(1, loss), what);
      }
      assertClose(alone.weights(), got.weights(), tolerance, what);
      assertClose(alone.averages(), got.averages(), tolerance, what);
      assertClose(each.get(0).weights(), got.weights(), 0, "the same bits everywhere, " + what);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mask2former,1,2",
    "mask2former,2,3",
    "maskformer,1,3",
    "maskformer,2,2",
    "per-pixel,1,2",
    "per-pixel-plus,1,2"
  })
  void aStepOfProcessesHasTheGradientOfOneProcessWithAllImages(
      String model, int accumulate, int size) throws Exception {
    assertOneProcess(new Way(model, GRADIENT, accumulate, 1), size, TOLERANCE);
  }

  /** Criteria as configurations write them: each by its name, and with all that can be added. */
  static Stream<String> criteria() {
    List<String> out = new ArrayList<>(Registry.of(CriterionKind.class).names());
    out.remove("per-pixel"); // needs a decoder of its own; its steps are held above
    for (String matching : Registry.of(MatchKind.class).names()) {
      out.add("points, points.matching.type = " + matching);
      out.add("dense, dense.matching.type = " + matching);
    }
    for (String term : Registry.of(LossTermKind.class).names()) {
      String more = "terms.more { type = %s, %s { %s } }".formatted(term, term, settings(term));
      out.add("points, points." + more);
      out.add("dense, dense." + more);
    }
    return out.stream();
  }

  /** The settings of every term that a configuration can add. */
  private static final Map<String, String> TERMS =
      Map.of(
          "dice",
          "weight = 2",
          "focal",
          "weight = 5, alpha = 0.25, gamma = 2",
          "mask-parameters",
          "weight = 1e-5");

  private static String settings(String term) {
    return Objects.requireNonNull(TERMS.get(term), "its settings are to be added here: " + term);
  }

  @ParameterizedTest
  @MethodSource("criteria")
  void everyCriterionSharesAStep(String type) throws Exception {
    CriterionSettings settings =
        ConfigFile.of("criteria", "criterion { type = " + type + " }")
            .bind(RunSettings.class)
            .criterion()
            .withPoints(256);
    assertOneProcess(
        new Way(modelOf(settings), GRADIENT, 1, 1).withCriterion(settings), 2, TOLERANCE);
  }

  private static String modelOf(CriterionSettings settings) {
    if (settings.classifiesPixels()) {
      return "per-pixel";
    }
    return settings.samplesPoints() ? "mask2former" : "maskformer";
  }

  @ParameterizedTest
  @ValueSource(strings = {"mask2former", "maskformer", "per-pixel"})
  void classesOfOtherWeightsAreDividedByThoseOfAllProcesses(String model) throws Exception {
    CriterionSettings settings =
        StepPartsTest.criterion(model).withClassWeights(new ClassWeights(List.of(1.0, 0.2, 7.0)));
    assertOneProcess(new Way(model, GRADIENT, 1, 1).withCriterion(settings), 3, TOLERANCE);
  }

  @ParameterizedTest
  @CsvSource({"mask2former,1,2", "maskformer,2,3", "per-pixel,2,2"})
  void imagesOfTwoSourcesAreSharedAlike(String model, int accumulate, int size) throws Exception {
    assertOneProcess(new Way(model, GRADIENT, accumulate, 1).withTwoSources(), size, TOLERANCE);
  }

  @ParameterizedTest
  @CsvSource({
    "maskformer,3e-4,1,2,false",
    "maskformer,1e-3,2,3,true",
    "mask2former,3e-5,1,2,true",
    "per-pixel,1e-3,2,3,true"
  })
  void twentyStepsOfSgdEndWithTheSameWeightsAndAverages(
      String model, double rate, int accumulate, int size, boolean twoSources) throws Exception {
    Way way = new Way(model, sgd(rate, 0.9), accumulate, 20);
    assertOneProcess(twoSources ? way.withTwoSources() : way, size, 3e-5);
  }

  /**
   * Where masks block attention and points are chosen by logits, rounding grows from step to step
   * whoever computes.
   */
  @Test
  void processesDriftFromOneNoFurtherThanOneDoesFromOtherRounding() throws Exception {
    Way way = new Way("mask2former", sgd(1e-3, 0.9), 1, 20).withTwoSources();
    Trained alone = way.with(ProcessGroup.alone());
    double ofRounding =
        difference(alone, way.with(ProcessGroup.alone(), ProcessesTest::moveByOneUlp));
    double ofProcesses = difference(alone, TrainingProcesses.each(2, way::with).get(0));
    assertTrue(
        ofProcesses <= 10 * ofRounding,
        "processes: %s, weights that are one ulp apart: %s".formatted(ofProcesses, ofRounding));
  }

  /** To the next float, up or down. */
  private static void moveByOneUlp(SegmentationModel model) {
    RandomGenerator random = new SplittableRandom(1);
    for (Parameter p : model.parameters().values()) {
      float[] values = p.tensor().toFloats();
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextBoolean() ? Math.nextUp(values[i]) : Math.nextDown(values[i]);
      }
      p.set(FloatBuffer.wrap(values));
    }
  }

  @ParameterizedTest
  @CsvSource({"mask2former,1,2", "maskformer,2,3", "per-pixel,1,2"})
  void theFirstStepOfAdamWIsTheSame(String model, int accumulate, int size) throws Exception {
    // An eps above the gradients' rounding, which else becomes steps of the full rate.
    OptimizerSettings settings =
        new OptimizerSettings(
            1e-3,
            1,
            LayerDecay.NONE,
            0.05,
            0,
            0.1,
            0,
            new AdamW.Settings(0.9, 0.999, 1e-3),
            new Plain.Settings());
    assertOneProcess(new Way(model, settings, accumulate, 1), size, 1e-5);
  }

  @ParameterizedTest
  @CsvSource({"mask2former,2", "maskformer,3"})
  void theLossesOfAdamWFollowThoseOfOneProcess(String model, int size) throws Exception {
    OptimizerSettings settings =
        new OptimizerSettings(
            1e-4,
            0.1,
            LayerDecay.NONE,
            0.05,
            0,
            0.1,
            0,
            new AdamW.Settings(0.9, 0.999, 1e-8),
            new Plain.Settings());
    Way way = new Way(model, settings, 1, 20).withTwoSources();
    List<Double> alone = way.with(ProcessGroup.alone()).losses();
    List<Double> shared = TrainingProcesses.each(size, way::with).get(0).losses();
    for (int s = 0; s < alone.size(); s++) {
      assertEquals(alone.get(s), shared.get(s), 0.01 * alone.get(s), "step " + (s + 1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void anOptimizerWhoseStateIsDividedTakesTheSameStepsToTheBit(int size) throws Exception {
    OptimizerSettings settings =
        new OptimizerSettings(
            1e-3,
            0.1,
            LayerDecay.NONE,
            0.05,
            0,
            0.1,
            0,
            new AdamW.Settings(0.9, 0.999, 1e-8),
            new Plain.Settings());
    Way whole = new Way("maskformer", settings, 1, 4);
    List<Trained> expected = TrainingProcesses.each(size, whole::with);
    List<Trained> divided = TrainingProcesses.each(size, whole.withDividedState()::with);
    long all = expected.get(0).stateElements();
    for (int rank = 0; rank < size; rank++) {
      Trained got = divided.get(rank);
      assertEquals(expected.get(rank).losses(), got.losses());
      assertClose(expected.get(rank).weights(), got.weights(), 0, "process " + rank);
      assertClose(expected.get(rank).averages(), got.averages(), 0, "average, process " + rank);
      assertEquals(all / (double) size, got.stateElements(), 0.02 * all, "its share of the state");
    }
    assertEquals(all, divided.stream().mapToLong(Trained::stateElements).sum());
  }

  @Test
  void bothPassesOfGsamAreOfAllImages() throws Exception {
    OptimizerSettings settings =
        new OptimizerSettings(
            0.01,
            1,
            LayerDecay.NONE,
            0,
            0,
            1,
            0,
            new Sgd.Settings(0, false),
            new Gsam.Settings(0.2, 0.1, 0, 0.4, true));
    assertOneProcess(new Way("maskformer", settings, 2, 2), 2, 5e-5);
    assertOneProcess(new Way("mask2former", settings, 1, 2).withTwoSources(), 3, 5e-5);
  }

  @Test
  void aProcessThatComputesSomethingElseIsNoticedAtTheNextStep() throws Exception {
    List<Object> ends =
        TrainingProcesses.ends(
            2,
            group ->
                new Way("maskformer", group.rank() == 1 ? sgd(0.5, 0) : sgd(1e-3, 0), 1, 3)
                    .with(new DifferentSums(group)));
    for (Object end : ends) {
      String message = ((PeerException) end).getMessage();
      assertTrue(message.contains("expected one gradient in all processes"), message);
    }
  }
}
