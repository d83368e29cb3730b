package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.match.MatchPolicy;

/** What the classes and the loss weights of a source do to the loss of its images. */
class SourceSupervisionTest extends WithEngine {
  private static final int SIDE = 8;
  private static final int QUERIES = 5;

  private static final List<CriterionSettings> MASK_CRITERIA =
      List.of(
          new CriterionSettings.Points(2, 5, 5, 0.1, 40, 3, 0.75),
          new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2));
  private static final CriterionSettings PIXELS = new CriterionSettings.PerPixel(1);

  /** Left half and right half, with a class each. */
  private static TrainingExample example(int... classes) {
    MaskStack masks = new MaskStack(2, SIDE, SIDE);
    for (int i = 0; i < SIDE * SIDE; i++) {
      masks.set(i % SIDE < SIDE / 2 ? 0 : 1, i / SIDE, i % SIDE);
    }
    return new TrainingExample(
        new SampleInfo(ImageId.of(1), Path.of("a.png"), SIDE, SIDE),
        new PixelPlanes.Bytes(new Size(SIDE, SIDE), new byte[3 * SIDE * SIDE]),
        new Size(SIDE, SIDE),
        new Size(SIDE, SIDE),
        classes,
        masks);
  }

  private static Supervision told(LabelSpace labels, Map<String, Double> weights, int... classes) {
    return new SourceSupervision(new Masks.Settings(), weights)
        .of(example(classes), labels, SIDE, SIDE);
  }

  private static PointSource points() {
    return new PointSource.Random(RandomStream.of(3, "points"), 0);
  }

  private Tensor random(int seed, long... shape) {
    Random random = new Random(seed);
    float[] out = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return engine.floats(out, shape);
  }

  private static Outputs outputs(Tensor classes, Tensor masks) {
    return Outputs.ofLayers(List.of(Outputs.Layer.ofImages(classes, masks)));
  }

  private static double[] values(Losses losses) {
    return losses.values().stream().mapToDouble(LossPart::value).toArray();
  }

  private static void assertClose(double[] expected, double[] got) {
    assertEquals(expected.length, got.length);
    for (int i = 0; i < got.length; i++) {
      assertEquals(expected[i], got[i], 2e-6 * Math.max(1, Math.abs(expected[i])));
    }
  }

  @Test
  void theLossWithSomeClassesIsThatOfAModelThatHasNoOthers() {
    LabelSpace some = LabelSpace.of(4, 0, 2);
    Tensor logits = random(1, 1, QUERIES, 5);
    Tensor masks = random(2, 1, QUERIES, SIDE, SIDE);
    Tensor fewer = logits.indexSelect(2, engine.longs(new long[] {0, 2, 4}, 3));
    for (CriterionSettings settings : MASK_CRITERIA) {
      Criterion criterion = Criterion.of(settings);
      Losses got =
          criterion.compute(outputs(logits, masks), List.of(told(some, Map.of(), 2, 0)), points());
      Losses own =
          criterion.compute(
              outputs(fewer, masks), List.of(told(LabelSpace.ALL, Map.of(), 1, 0)), points());
      assertClose(values(own), values(got));
    }
  }

  @Test
  void pixelsAreComparedWithTheClassesOfTheirSourceAlone() {
    Tensor masks = random(2, 1, 4, 1, SIDE, SIDE);
    Tensor fewer = masks.indexSelect(1, engine.longs(new long[] {0, 2}, 2));
    Criterion criterion = Criterion.of(PIXELS);
    double[] got =
        values(
            criterion.compute(
                pixels(masks), List.of(told(LabelSpace.of(4, 0, 2), Map.of(), 2, 0)), points()));
    double[] own =
        values(
            criterion.compute(
                pixels(fewer), List.of(told(LabelSpace.ALL, Map.of(), 1, 0)), points()));
    assertClose(own, got);
  }

  private static Outputs pixels(Tensor masks) {
    return new Outputs(List.of(new Outputs.Layer(Optional.empty(), masks)), MaskScores.SOFTMAX);
  }

  @Test
  void noGradientReachesAClassThatTheSourceDoesNotTellApart() {
    Tensor logits = random(1, 2, QUERIES, 5).variable();
    Criterion.of(MASK_CRITERIA.get(0))
        .compute(
            outputs(logits, random(2, 2, QUERIES, SIDE, SIDE)),
            List.of(
                told(LabelSpace.of(4, 0, 2), Map.of(), 2, 0), told(LabelSpace.ALL, Map.of(), 3, 1)),
            points())
        .total()
        .backward();
    float[] gradient = logits.grad().toFloats();
    for (int i = 0; i < gradient.length; i++) {
      boolean unknown = i < QUERIES * 5 && (i % 5 == 1 || i % 5 == 3);
      assertEquals(unknown, gradient[i] == 0, "logit " + i + ": " + gradient[i]);
    }
  }

  @Test
  void anImagesShareOfATermIsScaledByTheWeightOfItsSource() {
    Map<String, Double> weights = Map.of("ce", 0.5, "mask", 0.0, "dice", 3.0);
    Tensor logits = random(1, 2, QUERIES, 5);
    Tensor masks = random(2, 2, QUERIES, SIDE, SIDE);
    Supervision plain = told(LabelSpace.ALL, Map.of(), 2, 0);
    Supervision weighed = told(LabelSpace.ALL, weights, 3, 1);
    Supervision same = told(LabelSpace.ALL, Map.of(), 3, 1);
    for (CriterionSettings settings : MASK_CRITERIA) {
      Criterion criterion = Criterion.of(settings);
      Outputs both = outputs(logits, masks);
      StepNormalizers step = criterion.normalizers(List.of(plain, same), QUERIES);
      assertEquals(step, criterion.normalizers(List.of(plain, weighed), QUERIES));
      double[] whole = values(criterion.compute(both, List.of(plain, same), points()));
      double[] got = values(criterion.compute(both, List.of(plain, weighed), points()));
      double[] first =
          values(
              criterion.compute(
                  outputs(logits.slice(0, 0, 1), masks.slice(0, 0, 1)),
                  List.of(plain),
                  points(),
                  step,
                  new Decisions()));
      double[] factors = {0.5, 0, 3};
      double[] expected =
          IntStream.range(0, 3)
              .mapToDouble(i -> first[i] + factors[i] * (whole[i] - first[i]))
              .toArray();
      assertClose(expected, got);
    }
  }

  @Test
  void theWeightOfASourceScalesItsPixels() {
    Tensor masks = random(2, 1, 4, 1, SIDE, SIDE);
    Criterion criterion = Criterion.of(PIXELS);
    double one =
        values(
            criterion.compute(
                pixels(masks), List.of(told(LabelSpace.ALL, Map.of(), 2, 0)), points()))[0];
    double half =
        values(
            criterion.compute(
                pixels(masks), List.of(told(LabelSpace.ALL, Map.of("ce", 0.5), 2, 0)), points()))[
            0];
    assertEquals(one / 2, half, 1e-6);
  }

  @Test
  void aTermThatDoesNotWeighImagesIsRefusedWhereASourceHasAWeightForIt() {
    LossTerm deaf =
        new LossTerm() {
          @Override
          public String name() {
            return "loss_deaf";
          }

          @Override
          public Optional<Tensor> losses(MatchedOutputs outputs) {
            return Optional.of(outputs.predictions().maskLogits().mean().reshape(1));
          }
        };
    TermCriterion criterion =
        new TermCriterion(List.of(deaf), MatchPolicy.identity(), Sampling.NONE, MaskScores.SIGMOID);
    Outputs outputs = outputs(random(1, 1, QUERIES, 5), random(2, 1, QUERIES, SIDE, SIDE));
    criterion.compute(outputs, List.of(told(LabelSpace.ALL, Map.of("mask", 2.0), 2, 0)), points());
    Supervision weighed = told(LabelSpace.ALL, Map.of("deaf", 2.0), 2, 0);
    String message =
        assertThrows(
                RuntimeException.class,
                () -> criterion.compute(outputs, List.of(weighed), points()))
            .getMessage();
    assertTrue(message.contains("imageWeight") && message.contains("loss_deaf"), message);
  }

  @Test
  void outputsOfImagesThatKnowEveryClassAreThemselves() {
    Outputs outputs = outputs(random(1, 1, QUERIES, 5), random(2, 1, QUERIES, SIDE, SIDE));
    assertSame(outputs, KnownClasses.of(outputs, List.of(told(LabelSpace.ALL, Map.of(), 2, 0))));
    assertSame(LabelSpace.ALL, LabelSpace.of(3, 2, 0, 1));
  }
}
