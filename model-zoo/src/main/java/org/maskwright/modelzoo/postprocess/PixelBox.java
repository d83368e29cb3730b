package org.maskwright.modelzoo.postprocess;

/**
 * A box in pixels of the original image: left, top, width, height; all 0 around nothing.
 *
 * <p>Differs from the reference, whose instance boxes are always zeros.
 */
public record PixelBox(int x, int y, int width, int height) {
  /** Around nothing. */
  public static final PixelBox EMPTY = new PixelBox(0, 0, 0, 0);
}
