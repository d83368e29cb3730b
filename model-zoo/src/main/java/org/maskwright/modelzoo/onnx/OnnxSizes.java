package org.maskwright.modelzoo.onnx;

/**
 * The inputs that a graph is for.
 *
 * @param images B, >= 1; without meaning where any number may come
 * @param height rows of the input, >= 1; without meaning where any size may come
 * @param width columns of the input, >= 1
 * @param anyImages whether B may vary
 * @param anySize whether height and width may vary, in multiples of the model's size divisibility
 */
public record OnnxSizes(int images, int height, int width, boolean anyImages, boolean anySize) {
  /** Checks the ranges. */
  public OnnxSizes {
    if (images < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "sizes: expected at least one image of 1x1, got %d of %dx%d"
              .formatted(images, height, width));
    }
  }

  /** Inputs of one size. */
  public static OnnxSizes of(int images, int height, int width) {
    return new OnnxSizes(images, height, width, false, false);
  }

  /** The same for any number of images. */
  public OnnxSizes withAnyImages() {
    return new OnnxSizes(images, height, width, true, anySize);
  }

  /** The same for any height and width. */
  public OnnxSizes withAnySize() {
    return new OnnxSizes(images, height, width, anyImages, true);
  }
}
