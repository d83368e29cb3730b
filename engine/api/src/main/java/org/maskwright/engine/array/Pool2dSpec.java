package org.maskwright.engine.array;

/**
 * Geometry of a two-dimensional pooling; padding never enters a maximum and counts as 0 in an
 * average.
 *
 * @param kernelH rows of a window, >= 1
 * @param kernelW columns of a window, >= 1
 * @param strideH rows between two windows, >= 1
 * @param strideW columns between two windows, >= 1
 * @param padH rows added above and below, at most half the kernel
 * @param padW columns added left and right, at most half the kernel
 */
public record Pool2dSpec(int kernelH, int kernelW, int strideH, int strideW, int padH, int padW) {
  /** Checks the ranges. */
  public Pool2dSpec {
    if (kernelH < 1
        || kernelW < 1
        || strideH < 1
        || strideW < 1
        || padH < 0
        || padW < 0
        || 2 * padH > kernelH
        || 2 * padW > kernelW) {
      throw new IllegalArgumentException(
          "pool2d: expected kernel and stride >= 1 and 0 <= padding <= kernel / 2, got kernel "
              + kernelH
              + "x"
              + kernelW
              + ", stride "
              + strideH
              + "x"
              + strideW
              + ", padding "
              + padH
              + "x"
              + padW);
    }
  }

  /** Rows of the result of an image of {@code height} rows; below 1 the window does not fit. */
  public long outHeight(long height) {
    return Math.floorDiv(height + 2L * padH - kernelH, strideH) + 1;
  }

  /** Columns of the result, as {@link #outHeight}. */
  public long outWidth(long width) {
    return Math.floorDiv(width + 2L * padW - kernelW, strideW) + 1;
  }

  /** Square window. */
  public static Pool2dSpec of(int kernel, int stride, int padding) {
    return new Pool2dSpec(kernel, kernel, stride, stride, padding, padding);
  }
}
