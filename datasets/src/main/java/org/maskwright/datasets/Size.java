package org.maskwright.datasets;

/**
 * A size in pixels.
 *
 * @param width pixels across, > 0
 * @param height pixels down, > 0
 */
public record Size(int width, int height) {
  public Size {
    if (width <= 0 || height <= 0) {
      throw new IllegalArgumentException("size: expected > 0, got " + width + " x " + height);
    }
  }

  @Override
  public String toString() {
    return width + " x " + height;
  }
}
