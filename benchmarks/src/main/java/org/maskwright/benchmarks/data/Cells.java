package org.maskwright.benchmarks.data;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.mask.Rle;

/**
 * Synthetic pictures of cells under a microscope, with exact masks: hundreds of small cells in
 * colonies, which touch but do not overlap; each has a bright rim, a grained body and a nucleus, in
 * uneven light, out of focus here and there, with noise.
 *
 * <p>A picture is a function of its size, the number of cells and its seed.
 */
public final class Cells {
  private static final int HARMONICS = 4;
  private static final double RIM = 0.8;
  private static final double NUCLEUS = 0.42;

  private final int side;
  private final SplittableRandom random;
  private final int[] ids; // 0: no cell
  private final float[] light;
  private int cells;

  private Cells(int side, long seed) {
    this.side = side;
    this.random = new SplittableRandom(seed);
    this.ids = new int[side * side];
    this.light = new float[side * side];
  }

  /**
   * A picture.
   *
   * @param image grey, with a tint
   * @param masks of the cells, none empty, no two with a pixel in common
   */
  public record Picture(RgbImage image, List<Rle> masks) {
    /** Keeps a copy. */
    public Picture {
      masks = List.copyOf(masks);
    }
  }

  /**
   * Draws a picture.
   *
   * @param side pixels
   * @param count of cells that are tried; those that find no room are left out
   */
  public static Picture draw(int side, int count, long seed) {
    Cells run = new Cells(side, seed);
    run.background();
    run.colonies(count);
    run.blur();
    List<Rle> masks = new ArrayList<>(Rle.ofLabels(run.ids, side, side).tailMap(1).values());
    return new Picture(run.picture(), masks);
  }

  private void background() {
    double tilt = random.nextDouble(-25, 25);
    double lift = random.nextDouble(-25, 25);
    double base = random.nextDouble(50, 80);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        light[y * side + x] = (float) (base + tilt * x / side + lift * y / side);
      }
    }
  }

  /** Cells lie around the middles of colonies, so that most have neighbours. */
  private void colonies(int count) {
    int colonies = Math.max(1, count / 40);
    double[] middles = random.doubles(2L * colonies, 0, side).toArray();
    double spread = side / 7.0;
    for (int i = 0; i < count; i++) {
      for (int attempt = 0; attempt < 30; attempt++) {
        int colony = random.nextInt(colonies);
        double x = middles[2 * colony] + spread * gaussian();
        double y = middles[2 * colony + 1] + spread * gaussian();
        if (isFree(x, y) && cell(x, y, random.nextDouble(9, 19))) {
          break;
        }
      }
    }
  }

  private boolean isFree(double x, double y) {
    int column = (int) Math.floor(x);
    int row = (int) Math.floor(y);
    return column >= 0 && row >= 0 && column < side && row < side && ids[row * side + column] == 0;
  }

  private double gaussian() {
    return random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5;
  }

  /**
   * A cell on the pixels that are still free, if most of it is.
   *
   * @param radius the mean one, pixels
   */
  private boolean cell(double middleX, double middleY, double radius) {
    double[] waves = new double[2 * HARMONICS];
    for (int k = 0; k < HARMONICS; k++) {
      waves[2 * k] = random.nextDouble(0.18) / (k + 1);
      waves[2 * k + 1] = random.nextDouble(2 * Math.PI);
    }
    int reach = (int) Math.ceil(1.6 * radius);
    int left = Math.max(0, (int) middleX - reach);
    int top = Math.max(0, (int) middleY - reach);
    int right = Math.min(side, (int) middleX + reach + 1);
    int bottom = Math.min(side, (int) middleY + reach + 1);
    int free = 0;
    int all = 0;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        if (depth(x - middleX, y - middleY, radius, waves) < 1) {
          all++;
          free += ids[y * side + x] == 0 ? 1 : 0;
        }
      }
    }
    if (all == 0 || free < 0.75 * all) {
      return false;
    }
    cells++;
    double body = random.nextDouble(20, 45);
    double rim = random.nextDouble(55, 90);
    double nucleus = random.nextDouble(40, 80);
    double offX = random.nextDouble(-0.25, 0.25) * radius;
    double offY = random.nextDouble(-0.25, 0.25) * radius;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        int at = y * side + x;
        double depth = depth(x - middleX, y - middleY, radius, waves);
        if (depth < 1 && ids[at] == 0) {
          ids[at] = cells;
          double core = Math.hypot(x - middleX - offX, y - middleY - offY) / (NUCLEUS * radius);
          light[at] +=
              (float)
                  (body
                      + random.nextDouble(-9, 9)
                      + (depth > RIM ? rim * (depth - RIM) / (1 - RIM) : 0)
                      + (core < 1 ? nucleus : 0));
        }
      }
    }
    return true;
  }

  /** 0 in the middle of a cell, 1 at its border. */
  private static double depth(double dx, double dy, double radius, double[] waves) {
    double angle = Math.atan2(dy, dx);
    double border = 1;
    for (int k = 0; k < HARMONICS; k++) {
      border += waves[2 * k] * Math.cos((k + 2) * angle + waves[2 * k + 1]);
    }
    return Math.hypot(dx, dy) / (radius * border);
  }

  /** Three by three pixels, the middle counting four times as much as a corner. */
  private void blur() {
    float[] sharp = light.clone();
    for (int y = 1; y < side - 1; y++) {
      for (int x = 1; x < side - 1; x++) {
        int at = y * side + x;
        float edges = sharp[at - 1] + sharp[at + 1] + sharp[at - side] + sharp[at + side];
        float corners =
            sharp[at - side - 1]
                + sharp[at - side + 1]
                + sharp[at + side - 1]
                + sharp[at + side + 1];
        light[at] = (4 * sharp[at] + 2 * edges + corners) / 16;
      }
    }
  }

  private RgbImage picture() {
    byte[] rgb = new byte[3 * side * side];
    for (int i = 0; i < light.length; i++) {
      double grey = light[i] + 8 * gaussian();
      rgb[3 * i] = (byte) Math.max(0, Math.min(255, 0.92 * grey));
      rgb[3 * i + 1] = (byte) Math.max(0, Math.min(255, grey));
      rgb[3 * i + 2] = (byte) Math.max(0, Math.min(255, 0.97 * grey));
    }
    return new RgbImage(side, side, rgb);
  }
}
