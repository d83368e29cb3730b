package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Task;
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

/** Which official rule holds for which model and tasks. */
class OfficialRulesTest {
  // Thresholds that initial weights pass.
  private static final double OBJECT = 0.1;
  private static final double OVERLAP = 0.01;

  private static void with(
      First family,
      Set<Task> tasks,
      boolean things,
      BiConsumer<Predictor, Predictor.Outputs> check) {
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

  private static int[] ids(Predictor.Outputs outputs, Region region) {
    return PanopticPostProcessor.process(
            outputs.queries(),
            outputs.frame(),
            c -> true,
            new PanopticPostProcessor.Options(OBJECT, OVERLAP, region))
        .ids();
  }

  @Test
  void panopticSegmentsOfMaskFormerAreAllThatAQueryWinsOfMask2FormerWhereItIsConfident() {
    Set<Task> tasks = EnumSet.allOf(Task.class);
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
            assertArrayEquals(mask2Former ? confident : won, predictor.panoptic(outputs).ids());
          });
    }
  }

  @Test
  void classesAreScoredAtTheInputsSizeOnlyWhereSemanticResultsAreTheOnlyOnes() {
    for (Set<Task> tasks : List.of(Set.of(Task.SEMANTIC), Set.of(Task.SEMANTIC, Task.INSTANCE))) {
      with(
          First.TO_384,
          tasks,
          true,
          (predictor, initial) -> {
            Predictor.Outputs outputs = new Predictor.Outputs(decided(), initial.frame());
            int[] early = labels(outputs, Order.SCORE_THEN_RESIZE);
            int[] late = labels(outputs, Order.RESIZE_THEN_SCORE);
            assertFalse(Arrays.equals(early, late), "nothing to tell them apart by");
            assertArrayEquals(
                tasks.size() == 1 ? early : late, predictor.semantic(outputs).labels());
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

  private static int[] labels(Predictor.Outputs outputs, Order order) {
    return SemanticPostProcessor.process(outputs.queries(), outputs.frame(), order).labels();
  }

  @Test
  void theGivenClassesSayWhatIsMergedAndWhatAnInstanceIs() {
    with(
        First.TO_384,
        Set.of(Task.PANOPTIC),
        false, // the model's own are all things
        (predictor, outputs) -> {
          List<PanopticMap.Segment> segments = predictor.panoptic(outputs).segments();
          assertFalse(segments.isEmpty());
          assertEquals(
              segments.size(),
              segments.stream().map(PanopticMap.Segment::classIndex).distinct().count());
          assertTrue(predictor.instances(outputs).instances().isEmpty());
        });
  }
}
