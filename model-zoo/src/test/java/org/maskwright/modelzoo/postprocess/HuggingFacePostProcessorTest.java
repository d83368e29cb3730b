package org.maskwright.modelzoo.postprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor.First;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor.PanopticOptions;

/** The bounds of the other tool's rules, on masks of one row. */
class HuggingFacePostProcessorTest {
  private static final float NO = -20;

  /** Queries that are sure of a class each, of three; their masks stay at their size. */
  private static QueryOutputs sure(int[] classes, float[]... masks) {
    float[] logits = new float[4 * classes.length];
    float[] all = new float[masks.length * masks[0].length];
    for (int q = 0; q < classes.length; q++) {
      logits[4 * q + classes[q]] = 30;
      System.arraycopy(masks[q], 0, all, q * masks[q].length, masks[q].length);
    }
    return new QueryOutputs(logits, 3, all, 1, masks[0].length);
  }

  private static PanopticMap panoptic(QueryOutputs outputs, PanopticOptions options) {
    return HuggingFacePostProcessor.panoptic(
        outputs, First.AS_THEY_ARE, 1, outputs.maskWidth(), options);
  }

  private static PanopticOptions merging(Integer... classes) {
    return new PanopticOptions(0.5, 0.5, 0.8, Set.of(classes));
  }

  @Test
  void segmentsOfAMergedClassAreOneAndOthersStayApart() {
    QueryOutputs outputs =
        sure(
            new int[] {1, 2, 1, 2},
            new float[] {9, NO, NO, NO},
            new float[] {NO, 9, NO, NO},
            new float[] {NO, NO, 9, NO},
            new float[] {NO, NO, NO, 9});
    PanopticMap merged = panoptic(outputs, merging(1));
    assertArrayEquals(new int[] {1, 2, 1, 3}, merged.ids());
    assertEquals(
        List.of(false, true, true),
        merged.segments().stream().map(PanopticMap.Segment::thing).toList());
    assertEquals(
        List.of(1, 2, 2), merged.segments().stream().map(PanopticMap.Segment::classIndex).toList());
    assertEquals(
        List.of(1, 2, 3), merged.segments().stream().map(PanopticMap.Segment::id).toList());
    assertArrayEquals(new int[] {1, 2, 3, 4}, panoptic(outputs, PanopticOptions.DEFAULT).ids());
  }

  @Test
  void aSegmentMustWinMoreThanTheOverlapThresholdOfItsArea() {
    // The first query loses one of its four pixels.
    QueryOutputs outputs =
        sure(new int[] {0, 1}, new float[] {5, 5, 5, 5}, new float[] {NO, NO, NO, 9});
    assertArrayEquals(
        new int[] {0, 0, 0, 1},
        panoptic(outputs, new PanopticOptions(0.5, 0.5, 0.75, Set.of())).ids());
    assertArrayEquals(
        new int[] {1, 1, 1, 2},
        panoptic(outputs, new PanopticOptions(0.5, 0.5, 0.7499, Set.of())).ids());
  }

  @Test
  void aPixelOfExactlyTheMaskThresholdCountsToTheArea() {
    // Three of the four pixels are the other's; at a half, all four count to the first one's area.
    QueryOutputs outputs =
        sure(new int[] {0, 1}, new float[] {0, 0, 0, 9}, new float[] {9, 9, 9, NO});
    assertArrayEquals(
        new int[] {1, 1, 1, 0},
        panoptic(outputs, new PanopticOptions(0.5, 0.5, 0.26, Set.of())).ids());
    assertArrayEquals(
        new int[] {2, 2, 2, 1},
        panoptic(outputs, new PanopticOptions(0.5, 0.5001, 0.26, Set.of())).ids());
  }

  @Test
  void ofEqualQueriesTheFirstWinsAndTheOtherIsGone() {
    QueryOutputs outputs = sure(new int[] {2, 1}, new float[] {5, 5}, new float[] {5, 5});
    PanopticMap map = panoptic(outputs, PanopticOptions.DEFAULT);
    assertEquals(1, map.segments().size());
    assertEquals(2, map.segments().get(0).classIndex());
    assertArrayEquals(new int[] {1, 1}, map.ids());
  }

  @Test
  void aSegmentWithoutAreaIsNone() {
    // It wins every pixel, and is sure of none.
    QueryOutputs outputs = sure(new int[] {0}, new float[] {-1, -1});
    PanopticMap map = panoptic(outputs, new PanopticOptions(0.5, 0.5, 0, Set.of()));
    assertEquals(0, map.segments().size());
    assertArrayEquals(new int[2], map.ids());
  }

  @Test
  void noQueryGivesVoidEverywhere() {
    QueryOutputs outputs = sure(new int[] {3}, new float[] {9, 9}); // no-object
    PanopticMap map = panoptic(outputs, PanopticOptions.DEFAULT);
    assertEquals(0, map.segments().size());
    assertArrayEquals(new int[2], map.ids());
  }

  private static List<InstanceSet.Instance> instances(
      QueryOutputs outputs, int height, int width, double threshold) {
    return HuggingFacePostProcessor.instances(outputs, First.AS_THEY_ARE, height, width, threshold)
        .instances();
  }

  @Test
  void aLaterInstanceIsDrawnOverAnEarlierOneInNearestPixels() {
    float[] logits = {9, 0, 0, 0, 8, 0}; // two queries, two classes: the first is surer
    QueryOutputs outputs = new QueryOutputs(logits, 2, new float[] {5, 5, NO, NO, 5, 5}, 1, 3);
    List<InstanceSet.Instance> got = instances(outputs, 2, 6, 0.3);
    assertEquals(List.of(0, 1), got.stream().map(InstanceSet.Instance::classIndex).toList());
    assertArrayEquals(
        new byte[] {1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0}, got.get(0).mask().toBitmap());
    assertArrayEquals(
        new byte[] {0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1}, got.get(1).mask().toBitmap());
  }

  @Test
  void anInstanceOfExactlyTheThresholdStaysAndOneWithoutPixelsIsNone() {
    QueryOutputs outputs = sure(new int[] {0, 1}, new float[] {2, 0}, new float[] {0, NO});
    List<InstanceSet.Instance> got = instances(outputs, 1, 2, 0);
    assertEquals(1, got.size(), "a logit of 0 is no pixel");
    double score = got.get(0).score();
    assertEquals(1 / (1 + Math.exp(-2)), score, 1e-5);
    assertEquals(1, instances(outputs, 1, 2, score).size());
    assertEquals(0, instances(outputs, 1, 2, Math.nextUp(score)).size());
  }

  @Test
  void thereAreAtMostAsManyInstancesAsQueries() {
    QueryOutputs outputs = new QueryOutputs(new float[8], 3, new float[] {5, 5, 5, 5}, 1, 2);
    // Every pair of query and class has a quarter: the first two are the first query's.
    List<InstanceSet.Instance> got = instances(outputs, 1, 2, 0);
    assertEquals(List.of(0, 1), got.stream().map(InstanceSet.Instance::classIndex).toList());
    assertEquals(0, got.get(0).mask().area(), "overdrawn by the second");
    assertTrue(got.get(1).mask().area() == 2);
  }

  @Test
  void resultsOfAnyHeightAreMadeBandByBand() {
    QueryOutputs outputs = sure(new int[] {0}, new float[] {5, NO});
    for (int height : new int[] {1, 31, 32, 33, 64}) {
      PanopticMap map =
          HuggingFacePostProcessor.panoptic(
              outputs, First.AS_THEY_ARE, height, 2, PanopticOptions.DEFAULT);
      assertEquals(height, map.height());
      for (int i = 0; i < 2 * height; i++) {
        assertEquals(1, map.ids()[i], "all is the one query's, by its area of the left half");
      }
    }
  }

  @Test
  void theFrameOfTheRulesIs384OrThatOfTheMasks() {
    QueryOutputs outputs = sure(new int[] {0}, new float[] {5, 5});
    ImageFrame image = new ImageFrame(64, 96, 60, 90, 30, 45);
    assertEquals(new ImageFrame(384, 384, 384, 384, 30, 45), First.TO_384.frame(outputs, image));
    assertEquals(new ImageFrame(1, 2, 1, 2, 30, 45), First.AS_THEY_ARE.frame(outputs, image));
  }
}
