package org.maskwright.engine.array;

/**
 * Interpolation of a resize; pixel centres lie at +0.5 (align_corners = false), without
 * antialiasing.
 */
public enum ResizeMode {
  /** Source index = floor(i * in / out). */
  NEAREST,
  BILINEAR,
  /** Cubic convolution with a = -0.75. */
  BICUBIC
}
