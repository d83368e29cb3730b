package org.maskwright.trainer.incontext;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.tensor.RandomStream;

/**
 * Colours for what is painted in an example, told apart from each other and from black, which is
 * what is not painted; packed 0xRRGGBB.
 */
final class PaintColours {
  /** What is not painted. */
  static final int BACKGROUND = 0;

  private static final int LEAST_DIFFERENCE = 96; // of some channel
  private static final int ATTEMPTS = 100;
  private static final int BITS = 8;
  private static final int MASK = 0xff;
  private static final long FIXED_SEED = 7;

  private PaintColours() {}

  /** Random ones; each differs from the others and from black as far as that can be had. */
  static int[] random(RandomStream random, int count) {
    List<Integer> taken = new ArrayList<>(List.of(BACKGROUND));
    for (int i = 0; i < count; i++) {
      int colour = 0;
      int least = LEAST_DIFFERENCE;
      for (int attempt = 1; attempt == 1 || differs(colour, taken) < least; attempt++) {
        colour = random.nextInt(1 << 3 * BITS);
        least -= attempt % ATTEMPTS == 0 ? least / 4 + 1 : 0; // many colours: nearer ones
      }
      taken.add(colour);
    }
    return taken.stream().skip(1).mapToInt(c -> c).toArray();
  }

  /** The same colours for the same numbers, from 0. */
  static int[] fixed(int count) {
    return random(RandomStream.of(FIXED_SEED, "paint"), count);
  }

  /** Black, then {@link #fixed}. */
  static int[] fixedAndBackground(int count) {
    int[] out = new int[count + 1];
    System.arraycopy(fixed(count), 0, out, 1, count);
    return out;
  }

  /** The largest difference of a channel to the colour that is nearest by it. */
  private static int differs(int colour, List<Integer> others) {
    int least = MASK;
    for (int other : others) {
      int most = 0;
      for (int c = 0; c < 3; c++) {
        most = Math.max(most, Math.abs(channel(colour, c) - channel(other, c)));
      }
      least = Math.min(least, most);
    }
    return least;
  }

  /** R, G or B of a colour, 0 to 255. */
  static int channel(int colour, int c) {
    return colour >> (2 - c) * BITS & MASK;
  }

  /**
   * The number of the nearest of some colours, by the sum of squared differences.
   *
   * @param red 0 to 255, as of a network that may miss the range
   * @param colours at least one
   */
  static int nearest(double red, double green, double blue, int[] colours) {
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < colours.length; i++) {
      double r = red - channel(colours[i], 0);
      double g = green - channel(colours[i], 1);
      double b = blue - channel(colours[i], 2);
      double distance = r * r + g * g + b * b;
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }
}
