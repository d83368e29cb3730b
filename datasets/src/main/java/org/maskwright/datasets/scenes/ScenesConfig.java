package org.maskwright.datasets.scenes;

/**
 * What decides the files of a Scenes data set, together with {@link Scenes#GENERATOR_VERSION}.
 *
 * @param seed any number; another seed gives other scenes
 * @param trainImages number of training images, 1 to 999,999
 * @param valImages number of validation images, 0 to 999,999
 * @param width image width in pixels, 32 to 4096
 * @param height image height in pixels, 32 to 4096
 * @param maxThings largest number of things placed in an image, 1 to 100; there is always one
 */
public record ScenesConfig(
    long seed, int trainImages, int valImages, int width, int height, int maxThings) {
  /** The quickstart's data: 400 + 60 images of 128 x 128 pixels with 1 to 6 things. */
  public static final ScenesConfig DEFAULT = new ScenesConfig(1, 400, 60, 128, 128, 6);

  private static final int MIN_SIDE = 32;
  private static final int MAX_SIDE = 4096;
  private static final int MAX_IMAGES = 999_999;
  private static final int MAX_THINGS = 100;

  public ScenesConfig {
    check("width", width, MIN_SIDE, MAX_SIDE);
    check("height", height, MIN_SIDE, MAX_SIDE);
    check("trainImages", trainImages, 1, MAX_IMAGES);
    check("valImages", valImages, 0, MAX_IMAGES);
    check("maxThings", maxThings, 1, MAX_THINGS);
  }

  /** With another seed. */
  public ScenesConfig withSeed(long newSeed) {
    return new ScenesConfig(newSeed, trainImages, valImages, width, height, maxThings);
  }

  /** With other numbers of images. */
  public ScenesConfig withImages(int train, int val) {
    return new ScenesConfig(seed, train, val, width, height, maxThings);
  }

  /** With another image size. */
  public ScenesConfig withSize(int newWidth, int newHeight) {
    return new ScenesConfig(seed, trainImages, valImages, newWidth, newHeight, maxThings);
  }

  private static void check(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          "scenes " + name + ": expected " + low + " to " + high + ", got " + value);
    }
  }
}
