package org.maskwright.trainer.prompt;

import org.maskwright.datasets.mask.DistanceTransform;
import org.maskwright.engine.tensor.RandomStream;

/**
 * Where somebody who knows an object clicks on it: first on the object, then where the answer is
 * wrong, on what it left out or on what it should not hold.
 *
 * <p><b>Shapes</b> masks are row-major, [height * width], 0 outside
 *
 * <p><b>Source</b> Segment Anything (arXiv 2304.02643), appendices A and D.1: the centre of a region
 * is its pixel farthest from what is outside it
 */
final class Clicks {
  private Clicks() {}

  /**
   * A pixel that is clicked.
   *
   * @param x its column
   * @param y its row
   * @param object whether it says that the object is there, or that it is not
   */
  record Place(int x, int y, boolean object) {}

  /** Which pixel of a region is clicked. */
  interface Choice {
    /**
     * The next click.
     *
     * @param truth the object, which has a pixel
     * @param answer so far; empty before the first click
     */
    Place next(byte[] truth, byte[] answer, int height, int width);
  }

  /**
   * In the middle: of the object, then of the larger error, by the distance to its edge. Of equals
   * the first, row by row. Where nothing is wrong, on the object again.
   */
  static final Choice CENTRE =
      (truth, answer, height, width) -> {
        int[] missing = DistanceTransform.squared(without(truth, answer), height, width);
        int[] wrong = DistanceTransform.squared(without(answer, truth), height, width);
        int deepest = largest(missing);
        int other = largest(wrong);
        if (missing[deepest] == 0 && wrong[other] == 0) {
          deepest = largest(DistanceTransform.squared(truth, height, width));
          return place(deepest, width, true);
        }
        return missing[deepest] >= wrong[other]
            ? place(deepest, width, true)
            : place(other, width, false);
      };

  /** Anywhere: on the object, then in the error, on the object again where there is none. */
  static Choice random(RandomStream stream) {
    return (truth, answer, height, width) -> {
      int errors = 0;
      int inside = 0;
      for (int i = 0; i < truth.length; i++) {
        errors += isError(truth, answer, i) ? 1 : 0;
        inside += truth[i] == 0 ? 0 : 1;
      }
      int skip = stream.nextInt(errors > 0 ? errors : inside);
      for (int i = 0; i < truth.length; i++) {
        if ((errors > 0 ? isError(truth, answer, i) : truth[i] != 0) && skip-- == 0) {
          return place(i, width, truth[i] != 0);
        }
      }
      throw new IllegalStateException("clicks: expected an object with a pixel");
    };
  }

  private static boolean isError(byte[] truth, byte[] answer, int i) {
    return (truth[i] != 0) != (answer[i] != 0);
  }

  private static Place place(int pixel, int width, boolean object) {
    return new Place(pixel % width, pixel / width, object);
  }

  private static byte[] without(byte[] mask, byte[] other) {
    byte[] out = new byte[mask.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) (mask[i] != 0 && other[i] == 0 ? 1 : 0);
    }
    return out;
  }

  private static int largest(int[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  /**
   * The box of an object as a hurried person draws it.
   *
   * @param noise standard deviation of each edge, as a share of the box's side across it
   * @param most pixels that an edge is off at most
   * @return x0, y0, x1, y1 within the picture, where pixel i reaches from i to i + 1; no narrower
   *     than a pixel
   */
  static float[] box(
      byte[] truth, int height, int width, double noise, double most, RandomStream stream) {
    int left = width;
    int top = height;
    int right = 0;
    int bottom = 0;
    for (int i = 0; i < truth.length; i++) {
      if (truth[i] != 0) {
        left = Math.min(left, i % width);
        right = Math.max(right, i % width + 1);
        top = Math.min(top, i / width);
        bottom = Math.max(bottom, i / width + 1);
      }
    }
    double[] exact = {left, top, right, bottom};
    double[] sides = {right - left, bottom - top};
    float[] out = new float[4];
    for (int i = 0; i < out.length; i++) {
      double off = noise == 0 ? 0 : stream.nextGaussian() * noise * sides[i % 2];
      double edge = exact[i] + Math.max(-most, Math.min(most, off));
      out[i] = (float) Math.max(0, Math.min(i % 2 == 0 ? width : height, edge));
    }
    for (int i = 0; i < 2; i++) {
      if (out[i + 2] - out[i] < 1) { // edges that have passed each other
        out[i] = (float) exact[i];
        out[i + 2] = (float) exact[i + 2];
      }
    }
    return out;
  }
}
