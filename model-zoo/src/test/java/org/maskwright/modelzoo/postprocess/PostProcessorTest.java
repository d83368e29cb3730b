package org.maskwright.modelzoo.postprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.modelzoo.prediction.Outputs;

class PostProcessorTest {
  private static QueryOutputs random(int queries, int classes, int height, int width) {
    Random random = new Random(3);
    float[] logits = new float[queries * (classes + 1)];
    float[] masks = new float[queries * height * width];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextGaussian() * 2;
    }
    for (int i = 0; i < masks.length; i++) {
      masks[i] = (float) random.nextGaussian() * 3 - 1;
    }
    return new QueryOutputs(logits, classes, masks, height, width);
  }

  @Test
  void logisticIsThatOfMathWithinRounding() {
    for (float x = -100; x <= 100; x += 0.0137f) {
      double expected = 1 / (1 + Math.exp(-x));
      assertEquals(
          expected, Logistic.of(x), 2e-7 * (2 + Math.abs(x)) * expected + 1e-37, "at " + x);
    }
    assertEquals(0.5f, Logistic.of(0));
  }

  @Test
  void resultsDoNotDependOnHowManyRowsAreMadeAtOnce() {
    QueryOutputs outputs = random(3, 2, 7, 9);
    Resampler resampler = Resampler.toOriginal(outputs, new ImageFrame(28, 36, 27, 31, 50, 33));
    float[] whole = new float[50 * 33];
    resampler.band(outputs.maskLogits(), 63, 0, 50, whole, 0, new float[resampler.scratchSize(50)]);
    float[] one = new float[33];
    for (int y = 0; y < 50; y++) {
      resampler.band(
          outputs.maskLogits(), 63, y, y + 1, one, 0, new float[resampler.scratchSize(1)]);
      assertArrayEquals(Arrays.copyOfRange(whole, y * 33, y * 33 + 33), one);
    }
  }

  @Test
  void oneByOneImagesHaveResults() {
    QueryOutputs outputs = random(4, 3, 8, 8);
    ImageFrame frame = new ImageFrame(32, 32, 1, 1, 1, 1);
    for (SemanticPostProcessor.Order order : SemanticPostProcessor.Order.values()) {
      assertEquals(1, SemanticPostProcessor.process(outputs, frame, order).labels().length);
    }
    assertEquals(4, InstancePostProcessor.process(outputs, frame, 4, k -> true).instances().size());
    assertEquals(
        1,
        PanopticPostProcessor.process(
                outputs, frame, k -> true, PanopticPostProcessor.Options.MASK2FORMER)
            .ids()
            .length);
  }

  @Test
  void noConfidentQueryGivesVoidEverywhere() {
    float[] logits = {0, 0, 9, 0, 0, 9}; // two queries, both no-object
    QueryOutputs outputs = new QueryOutputs(logits, 2, new float[2 * 16], 4, 4);
    PanopticMap map =
        PanopticPostProcessor.process(
            outputs,
            ImageFrame.unchanged(5, 6),
            k -> true,
            PanopticPostProcessor.Options.MASK2FORMER);
    assertEquals(0, map.segments().size());
    assertArrayEquals(new int[30], map.ids());
  }

  /** Queries that are sure of the class of their own number, with masks of one row. */
  private static QueryOutputs row(float[]... masks) {
    int classes = masks.length;
    float[] logits = new float[classes * (classes + 1)];
    float[] all = new float[classes * masks[0].length];
    for (int q = 0; q < classes; q++) {
      logits[q * (classes + 1) + q] = 20;
      System.arraycopy(masks[q], 0, all, q * masks[q].length, masks[q].length);
    }
    return new QueryOutputs(logits, classes, all, 1, masks[0].length);
  }

  private static PanopticMap panoptic(QueryOutputs outputs, double object, double overlap) {
    return PanopticPostProcessor.process(
        outputs,
        ImageFrame.unchanged(1, outputs.maskWidth()),
        k -> true,
        new PanopticPostProcessor.Options(
            object, overlap, PanopticPostProcessor.Region.WON_AND_CONFIDENT));
  }

  @Test
  void aMaskProbabilityOfExactlyAHalfIsConfident() {
    PanopticMap map = panoptic(row(new float[] {0, 0, -1e-3f}), 0.8, 0.5);
    assertArrayEquals(new int[] {1, 1, 0}, map.ids());
  }

  @Test
  void aSegmentThatKeepsExactlyTheOverlapThresholdStays() {
    // The first query loses one of its four pixels.
    QueryOutputs outputs = row(new float[] {5, 5, 5, 5}, new float[] {-9, -9, -9, 9});
    assertArrayEquals(new int[] {1, 1, 1, 2}, panoptic(outputs, 0.8, 0.75).ids());
    assertArrayEquals(new int[] {0, 0, 0, 1}, panoptic(outputs, 0.8, 0.75 + 1e-9).ids());
  }

  @Test
  void aQueryMustExceedTheObjectThreshold() {
    float[] mask = {5, 5};
    QueryOutputs outputs = new QueryOutputs(new float[] {1, 0}, 1, mask, 1, 2);
    float score = outputs.classProb(0, 0);
    assertEquals(0, panoptic(outputs, score, 0.8).segments().size());
    assertEquals(1, panoptic(outputs, Math.nextDown((double) score), 0.8).segments().size());
  }

  @Test
  void amongEqualsTheFirstQueryAndTheFirstClassWin() {
    float[] logits = {20, 20, 0, 0, 20, 0}; // the second query is as sure of its one class
    QueryOutputs tied = new QueryOutputs(logits, 2, new float[] {5, 5, 5, 5}, 1, 2);
    PanopticMap map = panoptic(tied, 0.4, 0.1);
    assertEquals(1, map.segments().get(0).classIndex(), "a half for each of two classes loses");
    QueryOutputs same =
        new QueryOutputs(new float[] {9, 9, 0, 9, 9, 0}, 2, new float[] {5, 5, 5, 5}, 1, 2);
    PanopticMap first = panoptic(same, 0.4, 0.1);
    assertEquals(1, first.segments().size());
    assertEquals(0, first.segments().get(0).classIndex());
    assertArrayEquals(new int[] {1, 1}, first.ids());
  }

  @Test
  void aPixelOfEqualQueriesIsTheFirstOnes() {
    PanopticMap map = panoptic(row(new float[] {5, 5}, new float[] {5, 5}), 0.8, 0.5);
    assertArrayEquals(new int[] {1, 1}, map.ids());
    assertEquals(1, map.segments().size());
    assertEquals(0, map.segments().get(0).classIndex());
  }

  /** The first query is confident where the second one wins, and wins where it is not confident. */
  @Test
  void aSegmentNeedsAPixelOfItsRegion() {
    QueryOutputs outputs = row(new float[] {5, -0.5f}, new float[] {9, -20});
    assertArrayEquals(new int[] {1, 0}, panoptic(outputs, 0.8, 0).ids());
    PanopticMap won =
        PanopticPostProcessor.process(
            outputs,
            ImageFrame.unchanged(1, 2),
            k -> true,
            new PanopticPostProcessor.Options(0.8, 0, PanopticPostProcessor.Region.WON));
    assertArrayEquals(new int[] {2, 1}, won.ids());
  }

  @Test
  void anInstanceHasThePixelsAboveZeroOnly() {
    InstanceSet set =
        InstancePostProcessor.process(
            row(new float[] {0, 1e-3f, -1, 2}), ImageFrame.unchanged(1, 4), 1, k -> true);
    assertEquals(2, set.instances().get(0).mask().area());
  }

  @Test
  void twoHundredQueriesAtTwelveMegapixelsNeedLittleMemory() {
    QueryOutputs outputs = random(200, 8, 160, 214);
    ImageFrame frame = new ImageFrame(640, 864, 640, 853, 3000, 4000);
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = allocatedByAllThreads(bean);
    PanopticMap map =
        PanopticPostProcessor.process(
            outputs, frame, k -> k < 4, PanopticPostProcessor.Options.MASK2FORMER);
    long here = allocatedByAllThreads(bean) - before;
    assertEquals(12_000_000, map.ids().length);
    // The map itself is 48 MB, bands and scratch space 120 MB; all masks at once would be 9.6 GB.
    assertTrue(here < 300_000_000L, here + " bytes");
  }

  /** Also by the workers. */
  private static long allocatedByAllThreads(com.sun.management.ThreadMXBean bean) {
    return Arrays.stream(bean.getThreadAllocatedBytes(bean.getAllThreadIds()))
        .filter(bytes -> bytes > 0) // -1 of a thread that has ended
        .sum();
  }

  @Test
  void everyQueryVotesForItsClassHoweverManyThereAre() {
    for (int queries = 1; queries <= 9; queries++) {
      float[] logits = new float[3 * queries];
      for (int q = 0; q < queries; q++) {
        logits[3 * q + 2] = 9; // no-object
      }
      logits[3 * queries - 2] = 20; // the last one: class 1
      float[] masks = new float[4 * queries];
      Arrays.fill(masks, 5);
      QueryOutputs outputs = new QueryOutputs(logits, 2, masks, 2, 2);
      for (SemanticPostProcessor.Order order : SemanticPostProcessor.Order.values()) {
        int[] labels =
            SemanticPostProcessor.process(outputs, ImageFrame.unchanged(2, 2), order).labels();
        assertArrayEquals(new int[] {1, 1, 1, 1}, labels, queries + " queries, " + order);
      }
    }
  }

  @Test
  void aMaskThatCoversTheImageHasAllOfItsPixels() {
    float[] mask = new float[16];
    Arrays.fill(mask, 5);
    QueryOutputs outputs = new QueryOutputs(new float[] {9, 0}, 1, mask, 4, 4);
    InstanceSet set =
        InstancePostProcessor.process(outputs, ImageFrame.unchanged(4, 4), 1, k -> true);
    assertEquals(16, set.instances().get(0).mask().area());
  }

  @Test
  void ofEqualClassesThePixelHasTheFirst() {
    QueryOutputs outputs = new QueryOutputs(new float[] {1, 1, 0}, 2, new float[] {5, 5}, 1, 2);
    for (SemanticPostProcessor.Order order : SemanticPostProcessor.Order.values()) {
      int[] labels =
          SemanticPostProcessor.process(outputs, ImageFrame.unchanged(1, 2), order).labels();
      assertArrayEquals(new int[] {0, 0}, labels);
    }
  }

  @Test
  void logitsOfPixelsMayBeLarge() {
    float[] sure = {1000, 0, 0, 0, 1000, 0};
    float[] logits = {999, 1000, 1000, 999};
    QueryOutputs outputs = new QueryOutputs(sure, 2, logits, 1, 2, Outputs.MaskScores.SOFTMAX);
    int[] labels =
        SemanticPostProcessor.process(
                outputs, ImageFrame.unchanged(1, 2), SemanticPostProcessor.Order.RESIZE_THEN_SCORE)
            .labels();
    assertArrayEquals(new int[] {1, 0}, labels);
  }

  @Test
  void wrongSizesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new ImageFrame(32, 32, 33, 32, 10, 10));
    assertThrows(
        IllegalArgumentException.class,
        () -> new QueryOutputs(new float[6], 2, new float[31], 4, 4));
  }
}
