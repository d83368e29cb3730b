package org.maskwright.modelzoo.postprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;

/**
 * Results against slow twins that make every mask at every size in double, one after the other: the
 * rules as they are written down. A pixel whose two best candidates are nearer than rounding is not
 * compared.
 */
class FullSizeTwinTest {
  private static final int QUERIES = 9; // two groups of four, and one
  private static final int CLASSES = 5;
  private static final int HEIGHT = 7;
  private static final int WIDTH = 9;
  private static final double NEAR = 1e-4;

  private final float[] classLogits = new float[QUERIES * (CLASSES + 1)];
  private final float[] maskLogits = new float[QUERIES * HEIGHT * WIDTH];

  FullSizeTwinTest() {
    Random random = new Random(11);
    for (int i = 0; i < classLogits.length; i++) {
      classLogits[i] = (float) random.nextGaussian() * 2;
    }
    for (int i = 0; i < maskLogits.length; i++) {
      maskLogits[i] = (float) random.nextGaussian() * 3 - 1;
    }
    // The last two have some columns only.
    for (int i = 7 * HEIGHT * WIDTH; i < maskLogits.length; i++) {
      maskLogits[i] = i % WIDTH < 4 ? maskLogits[i] + 2 : -5;
    }
  }

  /** Larger, smaller and as it is, with more rows and columns than are made at once. */
  static List<ImageFrame> frames() {
    return List.of(
        new ImageFrame(28, 36, 27, 31, 50, 71),
        new ImageFrame(28, 36, 25, 36, 11, 8),
        new ImageFrame(14, 18, 14, 18, 33, 17),
        new ImageFrame(14, 18, 13, 17, 64, 32), // whole bands
        new ImageFrame(14, 18, 13, 17, 31, 63), // all but a row
        ImageFrame.unchanged(HEIGHT, WIDTH));
  }

  private QueryOutputs outputs() {
    return new QueryOutputs(classLogits.clone(), CLASSES, maskLogits.clone(), HEIGHT, WIDTH);
  }

  /** Query q stands for class q; what its last two queries say does not matter. */
  private QueryOutputs pixels() {
    float[] sure = new float[QUERIES * (QUERIES + 1)];
    for (int q = 0; q < QUERIES; q++) {
      sure[q * (QUERIES + 1) + q] = 1000;
    }
    return new QueryOutputs(sure, QUERIES, maskLogits.clone(), HEIGHT, WIDTH, MaskScores.SOFTMAX);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private double[] probabilities(int query) {
    double[] out = new double[CLASSES + 1];
    double sum = 0;
    for (int k = 0; k <= CLASSES; k++) {
      out[k] = Math.exp(classLogits[query * (CLASSES + 1) + k]);
      sum += out[k];
    }
    for (int k = 0; k <= CLASSES; k++) {
      out[k] /= sum;
    }
    return out;
  }

  /** A plane [h][w] resized, pixel centres at +0.5, borders repeated. */
  private static double[][] resize(double[][] in, int height, int width) {
    double[][] out = new double[height][width];
    for (int y = 0; y < height; y++) {
      double v = Math.max(0, (y + 0.5) * in.length / height - 0.5);
      int y0 = Math.min((int) v, in.length - 1);
      int y1 = Math.min(y0 + 1, in.length - 1);
      for (int x = 0; x < width; x++) {
        double u = Math.max(0, (x + 0.5) * in[0].length / width - 0.5);
        int x0 = Math.min((int) u, in[0].length - 1);
        int x1 = Math.min(x0 + 1, in[0].length - 1);
        out[y][x] =
            (1 - v + y0) * ((1 - u + x0) * in[y0][x0] + (u - x0) * in[y0][x1])
                + (v - y0) * ((1 - u + x0) * in[y1][x0] + (u - x0) * in[y1][x1]);
      }
    }
    return out;
  }

  private static double[][] cut(double[][] in, int height, int width) {
    double[][] out = new double[height][];
    for (int y = 0; y < height; y++) {
      out[y] = Arrays.copyOf(in[y], width);
    }
    return out;
  }

  private double[][] content(int query, ImageFrame frame) {
    double[][] mask = new double[HEIGHT][WIDTH];
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
      mask[i / WIDTH][i % WIDTH] = maskLogits[query * HEIGHT * WIDTH + i];
    }
    double[][] padded = resize(mask, frame.paddedHeight(), frame.paddedWidth());
    return cut(padded, frame.contentHeight(), frame.contentWidth());
  }

  private double[][] original(int query, ImageFrame frame) {
    return resize(content(query, frame), frame.height(), frame.width());
  }

  private static void assertLargest(double[][][] scores, SemanticMap map, String where) {
    int compared = 0;
    for (int y = 0; y < map.height(); y++) {
      for (int x = 0; x < map.width(); x++) {
        int best = 0;
        double second = Double.NEGATIVE_INFINITY;
        for (int k = 1; k < scores.length; k++) {
          double score = scores[k][y][x];
          if (score > scores[best][y][x]) {
            second = scores[best][y][x];
            best = k;
          } else {
            second = Math.max(second, score);
          }
        }
        if (scores[best][y][x] - second > NEAR) {
          assertEquals(best, map.labels()[y * map.width() + x], where + " at " + x + ", " + y);
          compared++;
        }
      }
    }
    assertTrue(compared > 0.9 * map.labels().length, where + ": " + compared + " compared");
  }

  @ParameterizedTest
  @MethodSource("frames")
  void aPixelHasTheClassOfTheLargestSumOverQueries(ImageFrame frame) {
    double[][][] after = new double[CLASSES][frame.height()][frame.width()];
    double[][][] before = new double[CLASSES][frame.contentHeight()][frame.contentWidth()];
    for (int q = 0; q < QUERIES; q++) {
      double[] p = probabilities(q);
      double[][] content = content(q, frame);
      double[][] original = original(q, frame);
      for (int k = 0; k < CLASSES; k++) {
        add(after[k], original, p[k]);
        add(before[k], content, p[k]);
      }
    }
    for (int k = 0; k < CLASSES; k++) {
      before[k] = resize(before[k], frame.height(), frame.width());
    }
    assertLargest(
        after,
        SemanticPostProcessor.process(
            outputs(), frame, SemanticPostProcessor.Order.RESIZE_THEN_SCORE),
        "resize then score");
    assertLargest(
        before,
        SemanticPostProcessor.process(
            outputs(), frame, SemanticPostProcessor.Order.SCORE_THEN_RESIZE),
        "score then resize");
  }

  private static void add(double[][] to, double[][] logits, double factor) {
    for (int y = 0; y < to.length; y++) {
      for (int x = 0; x < to[y].length; x++) {
        to[y][x] += factor * sigmoid(logits[y][x]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("frames")
  void aModelOfPixelsGivesTheClassOfTheLargestLogitOrResizedProbability(ImageFrame frame) {
    double[][][] logits = new double[QUERIES][][];
    double[][][] probs = new double[QUERIES][][];
    for (int q = 0; q < QUERIES; q++) {
      logits[q] = original(q, frame);
      probs[q] = content(q, frame);
    }
    for (int y = 0; y < frame.contentHeight(); y++) {
      for (int x = 0; x < frame.contentWidth(); x++) {
        double sum = 0;
        for (double[][] prob : probs) {
          prob[y][x] = Math.exp(prob[y][x]);
          sum += prob[y][x];
        }
        for (double[][] prob : probs) {
          prob[y][x] /= sum;
        }
      }
    }
    for (int q = 0; q < QUERIES; q++) {
      probs[q] = resize(probs[q], frame.height(), frame.width());
    }
    assertLargest(
        logits,
        SemanticPostProcessor.process(
            pixels(), frame, SemanticPostProcessor.Order.RESIZE_THEN_SCORE),
        "resize then score");
    assertLargest(
        probs,
        SemanticPostProcessor.process(
            pixels(), frame, SemanticPostProcessor.Order.SCORE_THEN_RESIZE),
        "score then resize");
  }

  @ParameterizedTest
  @MethodSource("frames")
  void instancesAreTheBestPairsWithTheMeanProbabilityOfTheirMasks(ImageFrame frame) {
    record Pair(int query, int index, double probability) {}
    List<Pair> pairs = new ArrayList<>();
    for (int q = 0; q < QUERIES; q++) {
      for (int k = 0; k < CLASSES; k++) {
        pairs.add(new Pair(q, k, probabilities(q)[k]));
      }
    }
    pairs.sort((a, b) -> Double.compare(b.probability(), a.probability()));
    record Expected(int query, int index, double score) {}
    List<Expected> expected = new ArrayList<>();
    for (Pair pair : pairs.subList(0, 20)) {
      if (pair.index() == 2) {
        continue; // is not kept, and leaves its place empty
      }
      double[][] logits = original(pair.query(), frame);
      double sum = 0;
      int area = 0;
      for (double[] row : logits) {
        for (double logit : row) {
          sum += logit > 0 ? sigmoid(logit) : 0;
          area += logit > 0 ? 1 : 0;
        }
      }
      expected.add(
          new Expected(pair.query(), pair.index(), pair.probability() * sum / (area + 1e-6)));
    }
    expected.sort((a, b) -> Double.compare(b.score(), a.score()));
    List<InstanceSet.Instance> got =
        InstancePostProcessor.process(outputs(), frame, 20, k -> k != 2).instances();
    assertEquals(expected.size(), got.size());
    for (int i = 0; i < got.size(); i++) {
      assertEquals(expected.get(i).index(), got.get(i).classIndex(), "instance " + i);
      assertEquals(expected.get(i).score(), got.get(i).score(), 1e-5, "instance " + i);
      byte[] bitmap = got.get(i).mask().toBitmap();
      double[][] logits = original(expected.get(i).query(), frame);
      for (int p = 0; p < bitmap.length; p++) {
        double logit = logits[p / frame.width()][p % frame.width()];
        if (Math.abs(logit) > NEAR) {
          assertEquals(logit > 0 ? 1 : 0, bitmap[p], "instance " + i + ", pixel " + p);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("frames")
  void panopticSegmentsAreTheQueriesThatWinEnoughOfTheirMasks(ImageFrame frame) {
    for (PanopticPostProcessor.Region region : PanopticPostProcessor.Region.values()) {
      for (double overlap : new double[] {0, 0.4, 0.8}) {
        assertPanoptic(frame, new PanopticPostProcessor.Options(0.3, overlap, region));
      }
    }
  }

  private void assertPanoptic(ImageFrame frame, PanopticPostProcessor.Options options) {
    List<Integer> kept = new ArrayList<>();
    List<Integer> classes = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    for (int q = 0; q < QUERIES; q++) {
      double[] p = probabilities(q);
      int best = 0;
      for (int k = 1; k <= CLASSES; k++) {
        best = p[k] > p[best] ? k : best;
      }
      if (best < CLASSES && p[best] > options.objectThreshold()) {
        kept.add(q);
        classes.add(best);
        scores.add(p[best]);
      }
    }
    assertTrue(kept.size() > 2, "queries that take part: " + kept);
    int pixels = frame.height() * frame.width();
    int[] winner = new int[pixels];
    double[] best = new double[pixels];
    boolean[] near = new boolean[pixels];
    boolean[] sure = new boolean[pixels];
    long[] confident = new long[kept.size()];
    for (int k = 0; k < kept.size(); k++) {
      double[][] logits = original(kept.get(k), frame);
      for (int i = 0; i < pixels; i++) {
        double p = sigmoid(logits[i / frame.width()][i % frame.width()]);
        double weighted = p * scores.get(k);
        confident[k] += p >= 0.5 ? 1 : 0;
        near[i] |= Math.abs(p - 0.5) < NEAR || Math.abs(weighted - best[i]) < NEAR;
        if (weighted > best[i]) {
          best[i] = weighted;
          winner[i] = k;
          sure[i] = p >= 0.5;
        }
      }
    }
    long[] won = new long[kept.size()];
    long[] both = new long[kept.size()];
    for (int i = 0; i < pixels; i++) {
      won[winner[i]]++;
      both[winner[i]] += sure[i] ? 1 : 0;
    }
    boolean all = options.region() == PanopticPostProcessor.Region.WON;
    int[] ids = new int[kept.size()];
    List<PanopticMap.Segment> segments = new ArrayList<>();
    for (int k = 0; k < ids.length; k++) {
      boolean stays =
          confident[k] > 0
              && (all ? won[k] : both[k]) > 0
              && won[k] >= options.overlapThreshold() * confident[k];
      if (!stays) {
        continue;
      }
      int index = classes.get(k);
      boolean thing = index % 2 == 0;
      for (PanopticMap.Segment other : segments) {
        ids[k] = !thing && other.classIndex() == index ? other.id() : ids[k];
      }
      if (ids[k] == 0) {
        ids[k] = segments.size() + 1;
        segments.add(new PanopticMap.Segment(ids[k], index, thing, scores.get(k)));
      }
    }
    PanopticMap got = PanopticPostProcessor.process(outputs(), frame, k -> k % 2 == 0, options);
    assertEquals(frame.height(), got.height());
    assertEquals(frame.width(), got.width());
    assertEquals(segments.size(), got.segments().size(), options.toString());
    for (int i = 0; i < segments.size(); i++) {
      assertEquals(segments.get(i).id(), got.segments().get(i).id());
      assertEquals(segments.get(i).classIndex(), got.segments().get(i).classIndex());
      assertEquals(segments.get(i).thing(), got.segments().get(i).thing());
      assertEquals(segments.get(i).score(), got.segments().get(i).score(), 1e-6);
    }
    for (int i = 0; i < pixels; i++) {
      if (!near[i]) {
        int expected = all || sure[i] ? ids[winner[i]] : 0;
        assertEquals(expected, got.ids()[i], options + ", pixel " + i);
      }
    }
  }
}
