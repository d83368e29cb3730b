package org.maskwright.engine.check;

import org.maskwright.engine.array.Conv2dSpec;

/**
 * One convolution of {@link ConvolutionSweep}: x [batch,in,height,width], w
 * [out,in/groups,kernel,kernel] and a bias.
 *
 * @param order how the image and the gradient of the result lie in memory
 */
public record ConvolutionCase(
    int batch,
    int in,
    int out,
    int height,
    int width,
    int kernel,
    int stride,
    int padding,
    int groups,
    Order order) {
  /** Where the channels of an image are. */
  public enum Order {
    /** [B,C,H,W]: each channel is a picture of its own. */
    ROWS,
    /** [B,H,W,C]: the channels of a pixel lie side by side. */
    CHANNELS_LAST
  }

  /** Checks what the loops rely on. */
  public ConvolutionCase {
    if (batch < 1 || in < 1 || out < 1 || groups < 1 || in % groups != 0 || out % groups != 0) {
      throw new IllegalArgumentException(
          "convolution case: expected at least one image, and channels that the groups divide, got"
              + " batch "
              + batch
              + ", channels "
              + in
              + " to "
              + out
              + ", groups "
              + groups);
    }
    if (height + 2 * padding < kernel || width + 2 * padding < kernel) {
      throw new IllegalArgumentException(
          "convolution case: expected an image at least as large as the kernel, got "
              + height
              + "x"
              + width
              + ", padding "
              + padding
              + ", kernel "
              + kernel);
    }
  }

  Conv2dSpec spec() {
    return new Conv2dSpec(stride, stride, padding, padding, 1, 1, groups);
  }

  int outHeight() {
    return (int) spec().outHeight(height, kernel);
  }

  int outWidth() {
    return (int) spec().outWidth(width, kernel);
  }

  /** Multiplications of the forward pass. */
  long products() {
    return (long) batch * out * outHeight() * outWidth() * (in / groups) * kernel * kernel;
  }

  /** For example {@code 3x3, stride 2, 4 to 64 channels, 2 images of 33x31, channels-last}. */
  @Override
  public String toString() {
    return kernel
        + "x"
        + kernel
        + ", stride "
        + stride
        + ", "
        + in
        + " to "
        + out
        + " channels"
        + (groups == 1 ? "" : " in " + groups + " groups")
        + ", "
        + batch
        + (batch == 1 ? " image of " : " images of ")
        + height
        + "x"
        + width
        + (order == Order.ROWS ? ", rows" : ", channels-last");
  }
}
