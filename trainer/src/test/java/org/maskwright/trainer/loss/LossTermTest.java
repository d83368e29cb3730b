package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.MaskStack;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.match.MatchPolicy;
import org.maskwright.trainer.match.Matches;

class LossTermTest {
  private static final int SIDE = 8;

  /** The mean size of the matched masks: a term of somebody else's, with a cost and a divisor. */
  private record Size(String name) implements LossTerm {
    @Override
    public StepNormalizers normalizers(
        List<? extends Supervision> targets, int queries, MatchPolicy policy) {
      return StepNormalizers.of("images", targets.size());
    }

    @Override
    public void addCosts(PairCosts costs) {
      Tensor sizes = costs.output().frameMaskLogits().sigmoid().mean(2, 3); // [B,Q]
      costs.add(sizes.unsqueeze(2).mul(0).add(1));
    }

    @Override
    public Optional<Tensor> losses(MatchedOutputs outputs) {
      return outputs.onGrid(0.5, s -> s.mean(s.probabilities()));
    }
  }

  private static Engine open() {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
  }

  private static MaskSupervision targets() {
    MaskStack masks = new MaskStack(2, SIDE, SIDE);
    masks.setRow(0, 2, 1, 5);
    masks.setRow(1, 6, 3, 7);
    return new MaskSupervision(new int[] {0, 1}, masks, SIDE, SIDE);
  }

  private static Outputs predictions(Engine engine) {
    RandomStream random = RandomStream.of(3, "terms");
    List<Outputs.Layer> layers = new ArrayList<>();
    for (int l = 0; l < 2; l++) {
      layers.add(
          Outputs.Layer.ofImages(
              engine.uniform(random, -1, 1, 1, 4, 3),
              engine.uniform(random, -1, 1, 1, 4, SIDE, SIDE)));
    }
    return Outputs.ofLayers(layers);
  }

  private static PointSource points() {
    return new PointSource.Random(RandomStream.of(1, "points"), 0);
  }

  private static TermCriterion criterion(LossTerm... terms) {
    return new TermCriterion(
        List.of(terms), MatchPolicy.hungarian(), new Sampling(16, 3, 0.75), MaskScores.SIGMOID);
  }

  private static List<String> names(Losses losses) {
    return losses.values().stream().map(LossPart::name).toList();
  }

  @Test
  void aTermsValuesStandBesideTheOfficialOnesForEveryOutputAndInTheTotal() {
    try (Engine engine = open();
        var scope = engine.scope()) {
      Outputs p = predictions(engine);
      Losses losses =
          criterion(
                  new ClassTerm(2, 0.1, ClassWeights.EQUAL),
                  new PointMaskTerm(5),
                  new Size("loss_size"))
              .compute(p, List.of(targets()), points());
      assertEquals(
          List.of("loss_ce", "loss_mask", "loss_size", "loss_ce_0", "loss_mask_0", "loss_size_0"),
          names(losses));
      double sum = losses.values().stream().mapToDouble(LossPart::value).sum();
      assertEquals(sum, losses.total().item(), 1e-5);
      assertTrue(losses.values().get(2).value() > 0);
      assertEquals("loss_size", losses.values().get(5).kind());
    }
  }

  @Test
  void termsOfOneNameOrWithANumberAreRefused() {
    String twice =
        assertThrows(
                IllegalArgumentException.class,
                () -> criterion(new Size("loss_a"), new Size("loss_a")))
            .getMessage();
    assertTrue(twice.contains("loss_a"), twice);
    assertThrows(IllegalArgumentException.class, () -> criterion(new Size("loss_a_1")));
    assertThrows(IllegalArgumentException.class, () -> criterion(new Size("Loss")));
  }

  @Test
  void aLossThatDividesByWhatNobodyNamedIsRefused() {
    StepNormalizers step = StepNormalizers.of("masks", 2).and(StepNormalizers.of("images", 1));
    assertEquals(3, step.plus(StepNormalizers.of("masks", 1)).get("masks"));
    String unknown =
        assertThrows(IllegalArgumentException.class, () -> step.get("pixels")).getMessage();
    assertTrue(unknown.contains("[images, masks]"), unknown);
    StepNormalizers other = StepNormalizers.of("masks", 3);
    assertThrows(IllegalArgumentException.class, () -> step.and(other));
  }

  @Test
  void withoutAMatchingCostNothingCanBeMatched() {
    LossTerm costless =
        new LossTerm() {
          @Override
          public String name() {
            return "loss_free";
          }

          @Override
          public Optional<Tensor> losses(MatchedOutputs outputs) {
            return outputs.onGrid(1, Samples::dice);
          }
        };
    try (Engine engine = open();
        var scope = engine.scope()) {
      Outputs p = predictions(engine);
      List<MaskSupervision> t = List.of(targets());
      String message =
          assertThrows(
                  IllegalStateException.class, () -> criterion(costless).compute(p, t, points()))
              .getMessage();
      assertTrue(message.contains("loss_free"), message);
    }
  }

  @Test
  void masksWithoutClassesAreMatchedByTheirMasksAlone() {
    try (Engine engine = open();
        var scope = engine.scope()) {
      Outputs p =
          Outputs.ofLayers(
              predictions(engine).layers().stream()
                  .map(l -> new Outputs.Layer(Optional.empty(), l.maskLogits()))
                  .toList());
      Losses losses =
          criterion(new PointMaskTerm(5), new PointDiceTerm(5))
              .compute(p, List.of(targets()), points());
      assertEquals(List.of("loss_mask", "loss_dice", "loss_mask_0", "loss_dice_0"), names(losses));
    }
  }

  @Test
  void onlyTheCheapestHypothesisOfATargetHasAGradient() {
    try (Engine engine = open();
        var scope = engine.scope()) {
      Tensor masks =
          engine.uniform(RandomStream.of(2, "masks"), -1, 1, 1, 4, 1, SIDE, SIDE).variable();
      Outputs p = Outputs.ofLayers(List.of(new Outputs.Layer(Optional.empty(), masks)));
      TermCriterion two =
          new TermCriterion(
              List.of(new PointMaskTerm(5), new PointDiceTerm(5)),
              MatchPolicy.minOf(2),
              new Sampling(64, 3, 0.75),
              MaskScores.SIGMOID);
      int[] chosen =
          two.match(p.layers(), List.of(targets()), points()).outputs().get(0).get(0).rows();
      two.compute(p, List.of(targets()), points()).total().backward();
      float[] gradient = masks.grad().toFloats();
      for (int q = 0; q < 4; q++) {
        boolean learns = false;
        for (int i = 0; i < SIDE * SIDE; i++) {
          learns |= gradient[q * SIDE * SIDE + i] != 0;
        }
        assertEquals(q == chosen[0] || q == chosen[1], learns, "query " + q);
      }
    }
  }

  private static CriterionSettings configured(String... values) {
    return ConfigFile.defaults(List.of(values)).bind(RunSettings.class).criterion();
  }

  @Test
  void aConfigurationChoosesTheMatching() {
    CriterionSettings settings =
        configured("criterion.points.points=16", "criterion.points.matching.type=identity");
    try (Engine engine = open();
        var scope = engine.scope()) {
      Outputs p = predictions(engine);
      Matches matches =
          ((TermCriterion) Criterion.of(settings)).match(p.layers(), List.of(targets()), points());
      assertArrayEquals(new long[] {0, 1}, matches.rows().get(0));
      assertArrayEquals(new int[] {0, 1}, Arrays.copyOf(matches.targets(), 2));
    }
  }

  @Test
  void aConfigurationAddsTermsByName() {
    CriterionSettings settings =
        configured(
            "criterion.points.points=16",
            "criterion.points.terms.whole-masks.type=dice",
            "criterion.points.terms.whole-masks.dice.weight=0.5");
    try (Engine engine = open();
        var scope = engine.scope()) {
      Outputs p = predictions(engine);
      Losses losses = Criterion.of(settings).compute(p, List.of(targets()), points());
      Map<String, Double> half = Map.of("loss_whole_masks", losses.values().get(3).value());
      assertEquals(
          List.of("loss_ce", "loss_mask", "loss_dice", "loss_whole_masks"),
          names(losses).subList(0, 4));
      assertTrue(half.get("loss_whole_masks") > 0 && half.get("loss_whole_masks") < 0.5);
    }
  }

  @Test
  void anUnknownTermOrAnOfficialNameIsAConfigurationError() {
    String unknown =
        assertThrows(
                ConfigException.class, () -> configured("criterion.points.terms.mine.type=dcie"))
            .getMessage();
    assertTrue(unknown.contains("did you mean dice?"), unknown);
    String taken =
        assertThrows(
                ConfigException.class,
                () ->
                    configured(
                        "criterion.points.terms.mask.type=dice",
                        "criterion.points.terms.mask.dice.weight=1"))
            .getMessage();
    assertTrue(taken.contains("other than ce, mask and dice, got mask"), taken);
  }
}
