package org.maskwright.trainer.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.Window;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor.ClassScores;

/** Blended scores against a loop over all tiles of each pixel. */
class SemanticBlendTest {
  private static final int CLASSES = 4;

  /** Scores [K,h,w] of each tile, which agree in nothing. */
  private static float[][] scores(TileGrid grid, Random random) {
    float[][] out = new float[grid.count()][];
    for (int t = 0; t < out.length; t++) {
      Window window = grid.tile(t);
      out[t] = new float[CLASSES * window.height() * window.width()];
      for (int i = 0; i < out[t].length; i++) {
        out[t][i] = random.nextFloat();
      }
    }
    return out;
  }

  private static SemanticBlend blend(TileGrid grid, float[][] scores, int floats) {
    int[] tile = {0};
    SemanticBlend blend =
        new SemanticBlend(
            grid,
            CLASSES,
            (outputs, receiver) -> {
              Window window = grid.tile(tile[0]);
              for (int y = window.height() - 1; y >= 0; y--) { // in any order
                ClassScores row = receiver.row(y);
                float[] values = new float[window.width()];
                for (int k = 0; k < CLASSES; k++) {
                  int from = (k * window.height() + y) * window.width();
                  System.arraycopy(scores[tile[0]], from, values, 0, values.length);
                  row.add(k, values);
                }
              }
            },
            floats);
    for (; tile[0] < grid.count(); tile[0]++) {
      blend.add(tile[0], null);
    }
    return blend;
  }

  /** Weight of a tile at a position of one side, from where the cores are. */
  private static double weight(BlendAxis axis, int tile, int at) {
    if (at < axis.begin(tile) || at >= axis.end(tile)) {
      return 0;
    }
    double up = at < axis.alone(tile) ? (at - axis.begin(tile) + 0.5) / axis.length() : 1;
    double down = at >= axis.next(tile) ? 1 - (at - axis.next(tile) + 0.5) / axis.length() : 1;
    return up * down;
  }

  private static BlendAxis axis(int[] cores, int overlap, int ramp, int end) {
    return new BlendAxis(cores, overlap, ramp, end);
  }

  @Test
  void eachPixelHasTheClassOfTheBlendedScores() {
    Random random = new Random(1);
    for (int round = 0; round < 20; round++) {
      TileGrid grid =
          new Tiling(32 + random.nextInt(20), 2 + random.nextInt(14))
              .of(new Size(40 + random.nextInt(90), 40 + random.nextInt(90)));
      float[][] scores = scores(grid, random);
      int[] labels = blend(grid, scores, 1 << 20).joined().labels();
      BlendAxis[] axes = axes(grid);
      int differ = 0;
      for (int i = 0; i < labels.length; i++) {
        differ += labels[i] == expected(grid, axes, scores, i) ? 0 : 1;
      }
      assertTrue(differ <= 2, "ties but for rounding: " + differ); // in float here, in double there
    }
  }

  private static BlendAxis[] axes(TileGrid grid) {
    int columns = grid.columns();
    int[] xs = IntStream.range(0, columns).map(i -> grid.core(i).x()).toArray();
    int[] ys = IntStream.range(0, grid.rows()).map(i -> grid.core(i * columns).y()).toArray();
    int across =
        columns == 1
            ? 1
            : IntStream.range(1, columns).map(i -> common(grid, i - 1, i)).min().getAsInt();
    int down =
        grid.rows() == 1
            ? 1
            : IntStream.range(1, grid.rows())
                .map(i -> grid.tile((i - 1) * columns).bottom() - grid.tile(i * columns).y())
                .min()
                .getAsInt();
    return new BlendAxis[] {
      axis(xs, across, 32, grid.picture().width()), axis(ys, down, 32, grid.picture().height())
    };
  }

  private static int common(TileGrid grid, int left, int right) {
    return grid.tile(left).right() - grid.tile(right).x();
  }

  private static int expected(TileGrid grid, BlendAxis[] axes, float[][] scores, int pixel) {
    int x = pixel % grid.picture().width();
    int y = pixel / grid.picture().width();
    double[] sums = new double[CLASSES];
    double weights = 0;
    for (int t = 0; t < grid.count(); t++) {
      double weight =
          weight(axes[0], t % grid.columns(), x) * weight(axes[1], t / grid.columns(), y);
      Window window = grid.tile(t);
      weights += weight;
      for (int k = 0; weight > 0 && k < CLASSES; k++) {
        int at = (k * window.height() + y - window.y()) * window.width() + x - window.x();
        sums[k] += weight * scores[t][at];
      }
    }
    assertEquals(1, weights, 1e-9);
    int best = 0;
    for (int k = 1; k < CLASSES; k++) {
      best = sums[k] > sums[best] ? k : best;
    }
    return best;
  }

  @Test
  void theWeightFallsTowardsTheBorderAndIsNothingThere() {
    TileGrid grid = new Tiling(64, 24).of(new Size(104, 64));
    BlendAxis axis = axes(grid)[0];
    double before = 1;
    for (int x = 20; x < 64; x++) {
      double weight = weight(axis, 0, x);
      assertTrue(weight <= before);
      before = weight;
    }
    assertTrue(before < 0.05, "at the border: " + before);
  }

  @Test
  void whatWaitsForOtherTilesIsBoundedHoweverWideThePicture() {
    for (int width : new int[] {1000, 4000, 16000}) {
      TileGrid grid = new Tiling(64, 16).of(new Size(width, 100));
      int floats = 1 << 17;
      SemanticBlend blend = new SemanticBlend(grid, CLASSES, (outputs, receiver) -> {}, floats);
      int between = 2 * CLASSES * 64 * 32; // from a tile to the one on its right
      assertTrue(blend.heldScores() <= floats + between, width + ": " + blend.heldScores());
    }
  }
}
