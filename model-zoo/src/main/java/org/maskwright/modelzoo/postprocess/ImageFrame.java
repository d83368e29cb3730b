package org.maskwright.modelzoo.postprocess;

/**
 * The sizes that an image had on its way into the model: content is what the resized image covers
 * of the padded input, starting at the top left.
 *
 * @param paddedHeight rows of the model's input
 * @param paddedWidth columns of the model's input
 * @param contentHeight rows of the resized image, at most paddedHeight
 * @param contentWidth columns of the resized image, at most paddedWidth
 * @param height rows of the original image, and of the result
 * @param width columns of the original image, and of the result
 */
public record ImageFrame(
    int paddedHeight, int paddedWidth, int contentHeight, int contentWidth, int height, int width) {
  /** The size to which Hugging Face resizes all masks first, whatever the input's size. */
  private static final int HF_SIZE = 384;

  /** Checks that the sizes are positive and that the content lies inside the padded input. */
  public ImageFrame {
    boolean fits =
        contentHeight > 0
            && contentWidth > 0
            && contentHeight <= paddedHeight
            && contentWidth <= paddedWidth
            && height > 0
            && width > 0
            && (long) height * width <= Integer.MAX_VALUE;
    if (!fits) {
      throw new IllegalArgumentException(
          "image frame: expected 0 < content <= padded and at most 2^31 - 1 pixels, got content "
              + contentHeight
              + "x"
              + contentWidth
              + " of padded "
              + paddedHeight
              + "x"
              + paddedWidth
              + " for an image "
              + height
              + "x"
              + width);
    }
  }

  /** An image that went in as it is, without resizing or padding. */
  public static ImageFrame unchanged(int height, int width) {
    return new ImageFrame(height, width, height, width, height, width);
  }

  /** Hugging Face's rule: masks to 384x384, then to the original size; padding is not cut off. */
  public static ImageFrame huggingFace(int height, int width) {
    return new ImageFrame(HF_SIZE, HF_SIZE, HF_SIZE, HF_SIZE, height, width);
  }
}
