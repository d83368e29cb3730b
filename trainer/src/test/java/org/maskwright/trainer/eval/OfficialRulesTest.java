package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor.First;
import org.maskwright.modelzoo.postprocess.PanopticMap;
import org.maskwright.modelzoo.postprocess.PanopticPostProcessor;
import org.maskwright.modelzoo.postprocess.PanopticPostProcessor.Region;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor.Order;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.PanopticKind;
import org.maskwright.trainer.result.SemanticKind;

/** Which official rule holds for which model and tasks. */
class OfficialRulesTest {
  // Thresholds that initial weights pass.
  private static final double OBJECT = 0.1;
  private static final double OVERLAP = 0.01;

  private static void with(
      First family, Set<String> tasks, boolean things, BiConsumer<Predictor, ImageOutputs> check) {
    EngineOptions options = EngineOptions.DEFAULT.withDevice("cpu").withThreads(1);
    ClassSpace classes =
        new ClassSpace(
            List.of(new ClassSpace.Entry("a", things), new ClassSpace.Entry("b", things)));
    try (Engine engine = Engine.open(options);
        SegmentationModel model =
            SegmentationModels.build(
                engine, HuggingFaceRulesTest.model(family), ClassSpace.ofSize(2))) {
      InferenceSettings settings = new InferenceSettings(60, 200, OBJECT, OVERLAP, 20, tasks);
      Predictor predictor = new Predictor(model, classes, Normalization.IMAGENET, settings);
      check.accept(predictor, predictor.run(HuggingFaceRulesTest.photograph()));
    }
  }

  private static int[] ids(ImageOutputs outputs, Region region) {
    return PanopticPostProcessor.process(
            outputs.queries(),
            outputs.frame(),
            c -> true,
            new PanopticPostProcessor.Options(OBJECT, OVERLAP, region))
        .ids();
  }

  @Test
  void panopticSegmentsOfMaskFormerAreAllThatAQueryWinsOfMask2FormerWhereItIsConfident() {
    Set<String> tasks = Set.of("panoptic", "instance", "semantic");
    for (First family : List.of(First.TO_384, First.AS_THEY_ARE)) {
      boolean mask2Former = family == First.TO_384;
      with(
          family,
          tasks,
          true,
          (predictor, outputs) -> {
            int[] confident = ids(outputs, Region.WON_AND_CONFIDENT);
            int[] won = ids(outputs, Region.WON);
            assertFalse(Arrays.equals(confident, won), "nothing to tell them apart by");
            assertArrayEquals(
                mask2Former ? confident : won,
                predictor.result(new PanopticKind(), outputs).value().ids());
          });
    }
  }

  @Test
  void classesAreScoredAtTheInputsSizeOnlyWhereSemanticResultsAreTheOnlyOnes() {
    for (Set<String> tasks : List.of(Set.of("semantic"), Set.of("semantic", "instance"))) {
      with(
          First.TO_384,
          tasks,
          true,
          (predictor, initial) -> {
            ImageOutputs outputs = new ImageOutputs(decided(), initial.frame());
            int[] early = labels(outputs, Order.SCORE_THEN_RESIZE);
            int[] late = labels(outputs, Order.RESIZE_THEN_SCORE);
            assertFalse(Arrays.equals(early, late), "nothing to tell them apart by");
            assertArrayEquals(
                tasks.size() == 1 ? early : late,
                predictor.result(new SemanticKind(), outputs).value().labels());
          });
    }
  }

  /** Masks and classes that differ from place to place, which those of initial weights do not. */
  private static QueryOutputs decided() {
    Random random = new Random(1);
    float[] classLogits = new float[8 * 3];
    float[] maskLogits = new float[8 * 16 * 24];
    for (float[] logits : List.of(classLogits, maskLogits)) {
      for (int i = 0; i < logits.length; i++) {
        logits[i] = 5 * (float) random.nextGaussian();
      }
    }
    return new QueryOutputs(classLogits, 2, maskLogits, 16, 24);
  }

  private static int[] labels(ImageOutputs outputs, Order order) {
    return SemanticPostProcessor.process(outputs.queries(), outputs.frame(), order).labels();
  }

  @Test
  void theGivenClassesSayWhatIsMergedAndWhatAnInstanceIs() {
    with(
        First.TO_384,
        Set.of("panoptic"),
        false, // the model's own are all things
        (predictor, outputs) -> {
          List<PanopticMap.Segment> segments =
              predictor.result(new PanopticKind(), outputs).value().segments();
          assertFalse(segments.isEmpty());
          assertEquals(
              segments.size(),
              segments.stream().map(PanopticMap.Segment::classIndex).distinct().count());
          assertTrue(predictor.result(new InstanceKind(), outputs).value().instances().isEmpty());
        });
  }
}
