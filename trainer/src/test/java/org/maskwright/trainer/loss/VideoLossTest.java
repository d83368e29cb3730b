package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.MaskStack;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.match.Assignment;

/**
 * Several frames (Mask2Former for video, arXiv 2112.10764): the matcher compares all frames at one
 * set of points; losses are those of each frame for itself, added up and divided by the number of
 * targets.
 */
class VideoLossTest extends WithEngine {
  private static final int QUERIES = 4;
  private static final int CLASSES = 3;
  private static final int SIDE = 6;
  private static final int PADDED = 24;
  private static final int FRAMES = 2;
  private static final int POINTS = 30;

  private static final CriterionSettings SETTINGS =
      new CriterionSettings.Points(2, 5, 3, 0.1, POINTS, 3, 0.75);
  private static final List<CriterionSettings> BOTH =
      List.of(SETTINGS, new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2));

  private static MaskSupervision boxes(int seed) {
    MaskStack masks = new MaskStack(2, PADDED, PADDED);
    Random random = new Random(seed);
    for (int n = 0; n < 2; n++) {
      int x = random.nextInt(12);
      int y = random.nextInt(12);
      for (int i = 0; i < 10; i++) {
        masks.setRow(n, y + i, x, x + 11);
      }
    }
    return new MaskSupervision(new int[] {2, 0}, masks, PADDED, PADDED);
  }

  private static float[] random(int seed, int count) {
    Random random = new Random(seed);
    float[] out = new float[count];
    for (int i = 0; i < count; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  private static float[] points(int seed) {
    float[] out = new float[2 * POINTS];
    Random random = new Random(seed);
    for (int i = 0; i < out.length; i++) {
      out[i] = random.nextFloat();
    }
    return out;
  }

  private Tensor classLogits() {
    return engine.floats(random(1, QUERIES * (CLASSES + 1)), 1, QUERIES, CLASSES + 1);
  }

  private static Outputs predictions(Tensor classes, Tensor masks) {
    return Outputs.ofLayers(List.of(new Outputs.Layer(Optional.of(classes), masks)));
  }

  private static double value(Losses losses, String name) {
    return losses.values().stream()
        .filter(p -> p.name().equals(name))
        .mapToDouble(LossPart::value)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void twoEqualFramesHaveTwiceTheMaskLossesOfThePhotographAndItsMatches() {
    PointSource points = new PointSource.Given(points(5), points(6));
    for (CriterionSettings settings : BOTH) {
      Tensor one = engine.floats(random(2, QUERIES * SIDE * SIDE), 1, QUERIES, 1, SIDE, SIDE);
      MaskSupervision boxes = boxes(3);
      Losses photograph =
          Criterion.of(settings).compute(predictions(classLogits(), one), List.of(boxes), points);
      Losses video =
          Criterion.of(settings)
              .compute(
                  predictions(classLogits(), Tensor.concat(2, one, one)),
                  List.of(new VideoTargets(List.of(boxes, boxes))),
                  points);
      assertEquals(value(photograph, "loss_ce"), value(video, "loss_ce"), 1e-5);
      assertEquals(2 * value(photograph, "loss_mask"), value(video, "loss_mask"), 1e-4);
      assertEquals(2 * value(photograph, "loss_dice"), value(video, "loss_dice"), 1e-4);
    }
  }

  @Test
  void matchesAndLossesOfTwoFramesAreThoseOfTheFormulasInDouble() {
    float[] logits = random(7, QUERIES * FRAMES * SIDE * SIDE);
    float[] matcher = points(8);
    float[] loss = points(9);
    VideoTargets video = new VideoTargets(List.of(boxes(1), boxes(2)));
    Tensor classes = classLogits();
    Outputs p = predictions(classes, engine.floats(logits, 1, QUERIES, FRAMES, SIDE, SIDE));
    PointSource points = new PointSource.Given(matcher, loss);
    TermCriterion criterion = (TermCriterion) Criterion.of(SETTINGS);

    double[][] costs = costs(logits, classes.softmax(-1).toFloats(), video, matcher);
    int[] cheapest = cheapest(costs);
    Assignment got = criterion.match(p.layers(), List.of(video), points).outputs().get(0).get(0);
    int[] queryOf = new int[2];
    for (int i = 0; i < 2; i++) {
      queryOf[got.column(i)] = got.row(i);
    }
    assertArrayEquals(cheapest, queryOf);

    double mask = 0;
    double dice = 0;
    for (int n = 0; n < 2; n++) {
      for (int t = 0; t < FRAMES; t++) {
        Sums sums = new Sums();
        sums.add(logits, cheapest[n] * FRAMES + t, loss, labels(video, n, t, loss));
        mask += sums.cross();
        dice += sums.dice();
      }
    }
    Losses losses = criterion.compute(p, List.of(video), points);
    assertEquals(5 * mask / 2, value(losses, "loss_mask"), 1e-4);
    assertEquals(3 * dice / 2, value(losses, "loss_dice"), 1e-4);
  }

  private static MaskSupervision clip(int... classes) {
    MaskStack masks = new MaskStack(FRAMES * classes.length, PADDED, PADDED);
    for (int i = 0; i < masks.count(); i++) {
      masks.setRow(i, 4 + i, 2, 2 + 3 * (i + 1));
    }
    return new MaskSupervision(classes, masks, FRAMES, PADDED, PADDED);
  }

  /**
   * As labels of the last frame have it: all queries learn that there is nothing, as where there is
   * no target; the masks are learnt as those of any other.
   */
  @Test
  void aTargetThatIsNoObjectTeachesItsMaskAndNoClass() {
    PointSource points = new PointSource.Given(points(5), points(6));
    Tensor masks =
        engine.floats(random(2, QUERIES * FRAMES * SIDE * SIDE), 1, QUERIES, FRAMES, SIDE, SIDE);
    // Equal class logits: matches depend on masks alone.
    Outputs p =
        predictions(
            engine
                .floats(random(4, CLASSES + 1), 1, 1, CLASSES + 1)
                .expand(1, QUERIES, CLASSES + 1),
            masks);
    Criterion criterion = Criterion.of(SETTINGS);
    Losses none = criterion.compute(p, List.of(clip(Supervision.NO_OBJECT)), points);
    Losses classed = criterion.compute(p, List.of(clip(1)), points);
    Losses empty = criterion.compute(p, List.of(clip()), points);
    assertEquals(value(classed, "loss_mask"), value(none, "loss_mask"), 1e-6);
    assertEquals(value(classed, "loss_dice"), value(none, "loss_dice"), 1e-6);
    assertEquals(value(empty, "loss_ce"), value(none, "loss_ce"), 1e-6);
  }

  /** The cost is that of the class no-object: the query that says there is nothing is cheapest. */
  @Test
  void aTargetThatIsNoObjectIsMatchedByTheProbabilityOfNoObject() {
    PointSource points = new PointSource.Given(points(5), points(6));
    float[] logits = new float[QUERIES * (CLASSES + 1)];
    logits[2 * (CLASSES + 1) + CLASSES] = 9; // query 2: no object
    logits[3 * (CLASSES + 1)] = 9; // query 3: class 0
    Outputs p =
        predictions(
            engine.floats(logits, 1, QUERIES, CLASSES + 1),
            engine.floats(
                new float[QUERIES * FRAMES * SIDE * SIDE], 1, QUERIES, FRAMES, SIDE, SIDE));
    TermCriterion criterion = (TermCriterion) Criterion.of(SETTINGS);
    for (int k : new int[] {Supervision.NO_OBJECT, 0}) {
      Assignment got =
          criterion.match(p.layers(), List.of(clip(k)), points).outputs().get(0).get(0);
      assertEquals(k == 0 ? 3 : 2, got.row(0));
    }
  }

  private static float[] labels(VideoTargets video, int n, int frame, float[] points) {
    float[] out = new float[POINTS];
    video.labels(n, frame, points, 0, POINTS, out, 0);
    return out;
  }

  /** Of each query and target, over the points of all frames. */
  private static double[][] costs(
      float[] logits, float[] probs, VideoTargets video, float[] points) {
    double[][] out = new double[QUERIES][2];
    for (int q = 0; q < QUERIES; q++) {
      for (int n = 0; n < 2; n++) {
        Sums sums = new Sums();
        for (int t = 0; t < FRAMES; t++) {
          sums.add(logits, q * FRAMES + t, points, labels(video, n, t, points));
        }
        out[q][n] =
            5 * sums.cross() + 3 * sums.dice() - 2 * probs[q * (CLASSES + 1) + video.category(n)];
      }
    }
    return out;
  }

  private static int[] cheapest(double[][] costs) {
    int[] best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int a = 0; a < QUERIES; a++) {
      for (int b = 0; b < QUERIES; b++) {
        if (a != b && costs[a][0] + costs[b][1] < least) {
          least = costs[a][0] + costs[b][1];
          best = new int[] {a, b};
        }
      }
    }
    return best;
  }

  /** Sums over points in double. */
  private static final class Sums {
    private double cross;
    private double both;
    private double s;
    private double t;
    private int count;

    void add(float[] logits, int map, float[] points, float[] labels) {
      for (int i = 0; i < POINTS; i++) {
        double x = sample(logits, map, points[2 * i], points[2 * i + 1]);
        double p = 1 / (1 + Math.exp(-x));
        cross += Math.log1p(Math.exp(x)) - x * labels[i];
        both += p * labels[i];
        s += p;
        t += labels[i];
        count++;
      }
    }

    double cross() {
      return cross / count;
    }

    double dice() {
      return 1 - (2 * both + 1) / (s + t + 1);
    }

    private static double sample(float[] logits, int map, double px, double py) {
      double x = px * SIDE - 0.5;
      double y = py * SIDE - 0.5;
      int x0 = (int) Math.floor(x);
      int y0 = (int) Math.floor(y);
      double out = 0;
      for (int dy = 0; dy < 2; dy++) {
        for (int dx = 0; dx < 2; dx++) {
          int xi = x0 + dx;
          int yi = y0 + dy;
          if (xi >= 0 && yi >= 0 && xi < SIDE && yi < SIDE) {
            out +=
                (1 - Math.abs(x - xi))
                    * (1 - Math.abs(y - yi))
                    * logits[(map * SIDE + yi) * SIDE + xi];
          }
        }
      }
      return out;
    }
  }

  /** Notes what is asked for. */
  private record Asked(List<String> calls) implements PointSource {
    @Override
    public float[] forMatcher(int output, int image, int count) {
      note("matcher " + count);
      return points(1);
    }

    @Override
    public float[] forLoss(int output, int image, int pair, int frame, int count) {
      note("pair " + pair + " frame " + frame + " " + count);
      float[] out = new float[2 * count];
      for (int i = 0; i < out.length; i++) {
        out[i] = (i * 37 % 101) / 101f;
      }
      return out;
    }

    private synchronized void note(String call) {
      calls.add(call);
    }

    @Override
    public boolean allowsImportanceSampling() {
      return true;
    }
  }

  @Test
  void theMatcherHasOneSetOfPointsAndTheLossOneForEachFrameOfAPair() {
    Asked asked = new Asked(new ArrayList<>());
    Tensor masks =
        engine.floats(random(2, QUERIES * FRAMES * SIDE * SIDE), 1, QUERIES, FRAMES, SIDE, SIDE);
    VideoTargets video = new VideoTargets(List.of(boxes(1), boxes(2)));
    Criterion.of(SETTINGS).compute(predictions(classLogits(), masks), List.of(video), asked);
    int drawn = 3 * POINTS + POINTS - (int) (0.75 * POINTS);
    assertEquals(
        List.of(
            "matcher " + POINTS,
            "pair 0 frame 0 " + drawn,
            "pair 0 frame 1 " + drawn,
            "pair 1 frame 0 " + drawn,
            "pair 1 frame 1 " + drawn),
        asked.calls().stream().sorted().toList());
  }

  @Test
  void aComputationAgainKeepsMatchesAndPointsWhateverThePredictionsAre() {
    Asked asked = new Asked(new ArrayList<>());
    List<VideoTargets> targets = List.of(new VideoTargets(List.of(boxes(1), boxes(2))));
    Criterion criterion = Criterion.of(SETTINGS);
    StepNormalizers step = criterion.normalizers(targets, QUERIES);
    Decisions decisions = new Decisions();
    long[] shape = {1, QUERIES, FRAMES, SIDE, SIDE};
    Tensor first = engine.floats(random(2, QUERIES * FRAMES * SIDE * SIDE), shape);
    Tensor classes = classLogits();
    double before =
        criterion
            .compute(predictions(classes, first), targets, asked, step, decisions)
            .total()
            .item();
    int calls = asked.calls().size();

    decisions.replay();
    Tensor other = engine.floats(random(3, QUERIES * FRAMES * SIDE * SIDE), shape);
    criterion.compute(predictions(classes.neg(), other), targets, asked, step, decisions);
    decisions.replay();
    double again =
        criterion
            .compute(predictions(classes, first), targets, asked, step, decisions)
            .total()
            .item();
    assertEquals(before, again);
    assertEquals(calls, asked.calls().size(), "points drawn anew");
  }
}
