package org.maskwright.datasets.metrics;

import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

/**
 * A predicted instance of an image.
 *
 * @param score any finite number (others are refused); higher is surer
 * @param mask null when only boxes are scored
 * @param box null when only masks are scored
 * @param area in pixels; decides the size class of a detection that matches nothing
 */
public record Detection(int categoryId, double score, Rle mask, Box box, double area) {
  public Detection {
    if (Double.isNaN(score) || Double.isInfinite(score)) {
      throw new IllegalArgumentException("score: expected a finite number, got " + score);
    }
  }

  /** A mask, its box and its pixel count. */
  public static Detection ofMask(int categoryId, double score, Rle mask) {
    return new Detection(categoryId, score, mask, mask.box(), mask.area());
  }
}
