package org.maskwright.trainer.weak;

/**
 * Colours in which distances are as people see them.
 *
 * <p><b>Maths</b> CIE 1976 L*a*b* of sRGB (IEC 61966-2-1), white D65 of the 2 degree observer
 */
final class CieLab {
  private static final double[][] TO_XYZ = {
    {0.412453, 0.357580, 0.180423}, {0.212671, 0.715160, 0.072169}, {0.019334, 0.119193, 0.950227}
  };
  private static final double[] WHITE = {0.95047, 1, 1.08883};
  private static final double DARK = 0.008856;

  private CieLab() {}

  /** L in 0..100, a and b of a colour of levels 0..255. */
  static float[] of(int red, int green, int blue) {
    double[] rgb = {linear(red), linear(green), linear(blue)};
    double[] f = new double[3];
    for (int i = 0; i < 3; i++) {
      double sum = TO_XYZ[i][0] * rgb[0] + TO_XYZ[i][1] * rgb[1] + TO_XYZ[i][2] * rgb[2];
      double share = sum / WHITE[i];
      f[i] = share > DARK ? Math.cbrt(share) : 7.787 * share + 16.0 / 116;
    }
    return new float[] {
      (float) (116 * f[1] - 16), (float) (500 * (f[0] - f[1])), (float) (200 * (f[1] - f[2]))
    };
  }

  private static double linear(int level) {
    double v = level / 255.0;
    return v > 0.04045 ? Math.pow((v + 0.055) / 1.055, 2.4) : v / 12.92;
  }
}
