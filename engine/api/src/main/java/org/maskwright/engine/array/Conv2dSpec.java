package org.maskwright.engine.array;

/**
 * Geometry of a two-dimensional convolution.
 *
 * @param strideH rows between two windows, >= 1
 * @param strideW columns between two windows, >= 1
 * @param padH zero rows added above and below
 * @param padW zero columns added left and right
 * @param dilationH distance of kernel rows, >= 1
 * @param dilationW distance of kernel columns, >= 1
 * @param groups groups of channels that do not mix, >= 1
 */
public record Conv2dSpec(
    int strideH, int strideW, int padH, int padW, int dilationH, int dilationW, int groups) {
  /** Checks the ranges. */
  public Conv2dSpec {
    if (strideH < 1
        || strideW < 1
        || dilationH < 1
        || dilationW < 1
        || groups < 1
        || padH < 0
        || padW < 0) {
      throw new IllegalArgumentException(
          "conv2d: expected stride, dilation and groups >= 1 and padding >= 0, got stride "
              + strideH
              + "x"
              + strideW
              + ", padding "
              + padH
              + "x"
              + padW
              + ", dilation "
              + dilationH
              + "x"
              + dilationW
              + ", groups "
              + groups);
    }
  }

  /** Rows of the result of an image of {@code height} rows; below 1 the kernel does not fit. */
  public long outHeight(long height, long kernelHeight) {
    return out(height, kernelHeight, strideH, padH, dilationH);
  }

  /** Columns of the result, as {@link #outHeight}. */
  public long outWidth(long width, long kernelWidth) {
    return out(width, kernelWidth, strideW, padW, dilationW);
  }

  private static long out(long size, long kernel, long stride, long pad, long dilation) {
    return Math.floorDiv(size + 2 * pad - dilation * (kernel - 1) - 1, stride) + 1;
  }

  /** Same stride and padding along both axes, no dilation, one group. */
  public static Conv2dSpec of(int stride, int padding) {
    return new Conv2dSpec(stride, stride, padding, padding, 1, 1, 1);
  }
}
