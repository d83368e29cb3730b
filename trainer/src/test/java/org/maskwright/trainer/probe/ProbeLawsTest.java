package org.maskwright.trainer.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Laws of what is fitted to features. */
class ProbeLawsTest {
  private static List<float[]> features(int count, int width, int[] labels, double apart) {
    Random random = new Random(3);
    List<float[]> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] row = new float[width];
      for (int d = 0; d < width; d++) {
        row[d] = (float) (random.nextGaussian() + (d == labels[i] ? apart : 0));
      }
      out.add(row);
    }
    return out;
  }

  private static int[] labels(int count, int classes) {
    int[] out = new int[count];
    for (int i = 0; i < count; i++) {
      out[i] = i % classes;
    }
    return out;
  }

  private static int best(double[] scores) {
    int best = 0;
    for (int k = 1; k < scores.length; k++) {
      best = scores[k] > scores[best] ? k : best;
    }
    return best;
  }

  @Test
  void classesThatLieApartAreToldApart() {
    int[] labels = labels(90, 3);
    List<float[]> rows = features(90, 5, labels, 6);
    SoftmaxRegression layer = SoftmaxRegression.fit(rows, labels, 3);
    NearestNeighbours near = new NearestNeighbours(rows, labels, 3);
    int right = 0;
    int nearRight = 0;
    for (int i = 0; i < rows.size(); i++) {
      right += best(layer.logProbabilities(rows.get(i))) == labels[i] ? 1 : 0;
      nearRight += best(near.votes(rows.get(i))) == labels[i] ? 1 : 0;
    }
    assertEquals(90, right);
    assertTrue(nearRight >= 85, "got " + nearRight);
  }

  /** The minimum is unique: neither the order of rows nor the scale of features matters. */
  @Test
  void theMinimumDependsOnNoOrderAndNoScale() {
    int[] labels = labels(60, 3);
    List<float[]> rows = features(60, 4, labels, 1);
    SoftmaxRegression layer = SoftmaxRegression.fit(rows, labels, 3);
    List<float[]> turned = new ArrayList<>();
    int[] turnedLabels = new int[60];
    for (int i = 0; i < 60; i++) {
      float[] row = rows.get(59 - i).clone();
      for (int d = 0; d < row.length; d++) {
        row[d] = 8 * row[d] + 3;
      }
      turned.add(row);
      turnedLabels[i] = labels[59 - i];
    }
    SoftmaxRegression other = SoftmaxRegression.fit(turned, turnedLabels, 3);
    for (int i = 0; i < 60; i++) {
      assertArrayEquals(
          layer.logProbabilities(rows.get(i)), other.logProbabilities(turned.get(59 - i)), 2e-3);
    }
  }

  @Test
  void probabilitiesOfARowSumToOne() {
    int[] labels = labels(30, 3);
    List<float[]> rows = features(30, 4, labels, 1);
    double[] log = SoftmaxRegression.fit(rows, labels, 3).logProbabilities(rows.get(4));
    double sum = 0;
    for (double l : log) {
      sum += Math.exp(l);
    }
    assertEquals(1, sum, 1e-12);
  }

  /** exp(cosine / 0.07) by hand: cosines 1, 0 and -1. */
  @Test
  void neighboursVoteByTheirCosine() {
    List<float[]> rows = List.of(new float[] {2, 0}, new float[] {0, 3}, new float[] {-1, 0});
    double[] votes = new NearestNeighbours(rows, new int[] {0, 1, 1}, 2).votes(new float[] {5, 0});
    assertEquals(Math.exp(1 / 0.07), votes[0], 1e-3 * votes[0]);
    assertEquals(1 + Math.exp(-1 / 0.07), votes[1], 1e-4);
  }

  @Test
  void criteriaPreferWhatTheyAreMeantTo() {
    Criterion.Candidate good = new Criterion.Candidate(80, 0.5, 3);
    Criterion.Candidate easy = new Criterion.Candidate(40, 1.3, 1);
    List<Criterion.Candidate> both = List.of(good, easy);
    double[] rotation = Criterion.ROTATION.scores(both, 1);
    double[] nce = Criterion.INFO_NCE.scores(both, 1);
    double[] minMax = Criterion.MIN_MAX.scores(both, 1);
    assertTrue(rotation[0] > rotation[1]);
    assertTrue(nce[0] < nce[1], "the easier contrast has the lower loss");
    assertEquals(1 - 0.5 / 1.3, minMax[0], 1e-12);
    assertEquals(1.0 / 3 - 1, minMax[1], 1e-12);
  }
}
