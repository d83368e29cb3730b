package org.maskwright.trainer.clip;

import java.util.List;
import java.util.Map;

/**
 * Where a picture lies among captions.
 *
 * @param picture its vector [D], of length 1
 * @param captions what is said of it, each with its vector
 * @param nearest the captions that lie nearest, the nearest first
 * @param category the class whose words lie nearest; -1 if there are no classes
 */
@SuppressWarnings("ArrayRecordComponent") // read only
record Retrieved(
    float[] picture, Map<String, float[]> captions, List<Near> nearest, int category) {
  /**
   * A caption near a picture.
   *
   * @param own whether it is one of the picture's
   */
  record Near(String text, double cosine, boolean own) {}

  /** The product of two vectors. */
  static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
