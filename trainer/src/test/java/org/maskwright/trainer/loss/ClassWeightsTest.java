package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.MaskStack;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.match.MatchSettings;

class ClassWeightsTest extends WithEngine {
  private static final int SIDE = 16;
  private static final double TOLERANCE = 1e-6;
  private static final PointSource POINTS = new PointSource.Random(RandomStream.of(3, "points"), 0);

  private static StateDict golden() {
    try {
      return Safetensors.read(
          Path.of(ClassWeightsTest.class.getResource("class-weights.safetensors").toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ClassWeights weights(StateDict golden) {
    List<Double> out = new ArrayList<>();
    for (float weight : golden.get("weights").toFloatArray()) {
      out.add((double) weight);
    }
    return new ClassWeights(out);
  }

  /** A target in columns 0 to 4 and one in columns 5 to 8, if there are two. */
  private static MaskSupervision target(int... classes) {
    MaskStack masks = new MaskStack(classes.length, 12, 12);
    for (int y = 0; y < 12; y++) {
      masks.setRow(0, y, 0, 5);
      if (classes.length > 1) {
        masks.setRow(1, y, 5, 9);
      }
    }
    return new MaskSupervision(classes, masks, SIDE, SIDE);
  }

  /** Query i with target i; classes alone count. */
  private static CriterionSettings queries(ClassWeightSettings weights) {
    return new CriterionSettings.Points(
        1, 0, 0, 0.1, 8, 1, 0, weights, new MatchSettings.Identity(), Map.of());
  }

  private static CriterionSettings dense(ClassWeightSettings weights) {
    return new CriterionSettings.Dense(
        1, 0, 0, 0.1, 0.25, 2, weights, new MatchSettings.Identity(), Map.of());
  }

  private Tensor tensor(HostTensor golden) {
    return engine.floats(golden.toFloatArray(), golden.shape());
  }

  private Outputs classified(Tensor logits) {
    Tensor masks = engine.zeros(logits.size(0), logits.size(1), SIDE, SIDE);
    return Outputs.ofLayers(List.of(Outputs.Layer.ofImages(logits, masks)));
  }

  private static Outputs pixels(Tensor logits) {
    Tensor masks = logits.reshape(logits.size(0), logits.size(1), 1, SIDE, SIDE);
    return new Outputs(List.of(new Outputs.Layer(Optional.empty(), masks)), MaskScores.SOFTMAX);
  }

  private void assertIsGolden(
      CriterionSettings settings, String what, Outputs outputs, Tensor logits, Supervision... of) {
    Losses losses = Criterion.of(settings).compute(outputs, List.of(of), POINTS);
    losses.total().backward();
    assertEquals(golden().get(what + ".loss").toFloatArray()[0], losses.total().item(), TOLERANCE);
    assertArrayEquals(
        golden().get(what + ".gradient").toFloatArray(),
        logits.grad().toFloats(),
        (float) TOLERANCE);
  }

  /** The file's script says what it is. */
  @Test
  void theLossOfQueriesIsPyTorchsWeightedCrossEntropy() {
    for (CriterionSettings settings :
        List.of(queries(weights(golden())), dense(weights(golden())))) {
      Tensor logits = tensor(golden().get("queries.logits")).variable();
      assertIsGolden(settings, "queries", classified(logits), logits, target(2, 0), target(1));
    }
  }

  @Test
  void theLossOfPixelsIsPyTorchsWeightedCrossEntropy() {
    Tensor logits = tensor(golden().get("pixels.logits")).variable();
    CriterionSettings settings = new CriterionSettings.PerPixel(1, weights(golden()));
    assertIsGolden(settings, "pixels", pixels(logits), logits, target(2, 0));
  }

  @Test
  void weightsOfOneChangeNoBit() {
    ClassWeights ones = new ClassWeights(List.of(1.0, 1.0, 1.0));
    Tensor logits = tensor(golden().get("queries.logits"));
    Tensor map = tensor(golden().get("pixels.logits"));
    List<Supervision> images = List.of(target(2, 0), target(1));
    for (CriterionSettings none :
        List.of(
            queries(new ClassWeightSettings.None()),
            dense(new ClassWeightSettings.None()),
            new CriterionSettings.PerPixel(1))) {
      boolean pixels = none.classifiesPixels();
      Outputs outputs = pixels ? pixels(map) : classified(logits);
      List<Supervision> of = pixels ? images.subList(0, 1) : images;
      Losses expected = Criterion.of(none).compute(outputs, of, POINTS);
      Losses got = Criterion.of(none.withClassWeights(ones)).compute(outputs, of, POINTS);
      assertEquals(expected.total().item(), got.total().item());
    }
  }

  /** What losses are divided by is known of a step before its parts are computed. */
  @Test
  void theNormalizersOfPartsAddUpToThoseOfTheWhole() {
    for (CriterionSettings settings :
        List.of(queries(weights(golden())), new CriterionSettings.PerPixel(1, weights(golden())))) {
      Criterion criterion = Criterion.of(settings);
      StepNormalizers whole = criterion.normalizers(List.of(target(2, 0), target(1)), 4);
      StepNormalizers parts =
          criterion
              .normalizers(List.of(target(2, 0)), 4)
              .plus(criterion.normalizers(List.of(target(1)), 4));
      whole.sums().forEach((name, sum) -> assertEquals(sum, parts.get(name), 1e-9, name));
    }
    assertEquals(
        0.25 + 3 + 1.5 + 5 * 0.1,
        Criterion.of(queries(weights(golden())))
            .normalizers(List.of(target(2, 0), target(1)), 4)
            .get("class-weight"),
        1e-7);
    assertEquals(
        12 * (5 * 1.5 + 4 * 0.25),
        Criterion.of(new CriterionSettings.PerPixel(1, weights(golden())))
            .normalizers(List.of(target(2, 0)), 3)
            .get("pixels"),
        1e-5);
  }

  /** Of two targets and one query either may be matched: both count with their mean. */
  @Test
  void moreTargetsThanQueriesCountWithTheirMeanWeight() {
    CriterionSettings settings = queries(weights(golden())); // classes of 1.5 and 0.25
    assertEquals(
        (1.5 + 0.25) / 2,
        Criterion.of(settings).normalizers(List.of(target(2, 0)), 1).get("class-weight"),
        1e-7);
  }

  private static List<Double> of(ClassWeightSettings settings, Double... frequencies) {
    List<String> names = List.of("car", "bus", "tram").subList(0, frequencies.length);
    return ClassWeightSettings.asked(settings, names, () -> List.of(frequencies)).values();
  }

  /** As scikit-learn's class_weight="balanced": n / (K * n_c). */
  @Test
  void inverseFrequenciesAreBalanced() {
    List<Double> got = of(new ClassWeightSettings.InverseFrequency(), 100.0, 10.0);
    assertEquals(110 / (2 * 100.0), got.get(0), 1e-12);
    assertEquals(110 / (2 * 10.0), got.get(1), 1e-12);
  }

  @Test
  void effectiveNumbersLieBetweenEqualWeightsAndInverseFrequencies() {
    Double[] frequencies = {1000.0, 10.0, 90.0};
    List<Double> inverse = of(new ClassWeightSettings.InverseFrequency(), frequencies);
    List<Double> equal = of(new ClassWeightSettings.EffectiveNumber(0), frequencies);
    List<Double> almost = of(new ClassWeightSettings.EffectiveNumber(1 - 1e-12), frequencies);
    List<Double> between = of(new ClassWeightSettings.EffectiveNumber(0.99), frequencies);
    double paper = (1 - Math.pow(0.99, 1000)) / (1 - Math.pow(0.99, 10));
    assertEquals(paper, between.get(1) / between.get(0), 1e-9);
    for (int c = 0; c < 3; c++) {
      assertEquals(1, equal.get(c), 1e-12);
      assertEquals(inverse.get(c), almost.get(c), 1e-3);
    }
    for (List<Double> weights : List.of(inverse, equal, between)) {
      double sum = 0;
      for (int c = 0; c < 3; c++) {
        sum += frequencies[c] * weights.get(c);
      }
      assertEquals(1100, sum, 1e-9, "the mean over the targets is 1");
    }
  }

  @Test
  void aClassThatNeverOccursHasTheWeightOne() {
    assertEquals(List.of(1.0, 1.0), of(new ClassWeightSettings.InverseFrequency(), 7.0, 0.0));
    assertEquals(List.of(1.0, 1.0), of(new ClassWeightSettings.EffectiveNumber(0.9), 0.0, 0.0));
  }

  @Test
  void givenWeightsAreByNameAndAnUnknownNameIsRefused() {
    assertEquals(
        List.of(1.0, 2.5), of(new ClassWeightSettings.Given(Map.of("bus", 2.5)), 1.0, 1.0));
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> of(new ClassWeightSettings.Given(Map.of("buss", 2.5)), 1.0, 1.0))
            .getMessage();
    assertTrue(message.contains("\"buss\"") && message.contains("bus"), message);
    for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new ClassWeightSettings.Given(Map.of("bus", wrong)));
    }
    for (double beta : new double[] {-0.1, 1, Double.NaN}) {
      assertThrows(
          IllegalArgumentException.class, () -> new ClassWeightSettings.EffectiveNumber(beta));
    }
  }
}
