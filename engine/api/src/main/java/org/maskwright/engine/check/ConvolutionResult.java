package org.maskwright.engine.check;

/**
 * What came of one case.
 *
 * @param shape the convolution
 * @param worst the part with the largest error
 * @param error the largest distance from float64, relative to the sum of the magnitudes of the
 *     element's terms; infinite where a number is not finite or the engine threw
 * @param failure what the engine threw, or empty
 */
public record ConvolutionResult(ConvolutionCase shape, Part worst, double error, String failure) {
  /** What is compared. */
  public enum Part {
    FORWARD,
    INPUT_GRADIENT,
    WEIGHT_GRADIENT,
    BIAS_GRADIENT
  }

  /** Whether the engine's numbers are those of float64 but for rounding. */
  public boolean isRight() {
    return error <= ConvolutionSweep.TOLERANCE;
  }

  /** One line, for example {@code 1x1, stride 2, ...: weight gradient is off by 0.97}. */
  @Override
  public String toString() {
    if (!failure.isEmpty()) {
      return shape + ": " + failure;
    }
    return shape
        + ": "
        + worst.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
        + String.format(java.util.Locale.ROOT, " is off by %.2g of its terms", error);
  }
}
