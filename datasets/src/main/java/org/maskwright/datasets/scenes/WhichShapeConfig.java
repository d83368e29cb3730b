package org.maskwright.datasets.scenes;

/**
 * What decides the files of a WhichShape data set, together with {@link
 * WhichShape#GENERATOR_VERSION}.
 *
 * @param seed any number; another seed gives other pictures
 * @param trainImages number of training images, 1 to 99,999
 * @param valImages number of validation images, 0 to 99,999
 * @param size width and height in pixels, 32 to 1,024
 */
public record WhichShapeConfig(long seed, int trainImages, int valImages, int size) {
  /** 2,000 + 100 images of 64 x 64 pixels. */
  public static final WhichShapeConfig DEFAULT = new WhichShapeConfig(1, 2000, 100, 64);

  private static final int MOST_IMAGES = 99_999;
  private static final int MIN_SIDE = 32;
  private static final int MAX_SIDE = 1024;

  /** Checks the ranges. */
  public WhichShapeConfig {
    check("trainImages", trainImages, 1, MOST_IMAGES);
    check("valImages", valImages, 0, MOST_IMAGES);
    check("size", size, MIN_SIDE, MAX_SIDE);
  }

  private static void check(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          "which shape %s: expected %d to %d, got %d".formatted(name, low, high, value));
    }
  }
}
