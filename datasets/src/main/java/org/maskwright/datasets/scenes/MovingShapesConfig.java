package org.maskwright.datasets.scenes;

/**
 * What decides the files of a MovingShapes data set, together with {@link
 * MovingShapes#GENERATOR_VERSION}.
 *
 * @param seed any number; another seed gives other videos
 * @param trainVideos number of training videos, 1 to 99,999
 * @param valVideos number of validation videos, 0 to 99,999
 * @param frames of each video, 4 to 1,000
 * @param size width and height in pixels, 32 to 1,024
 */
public record MovingShapesConfig(long seed, int trainVideos, int valVideos, int frames, int size) {
  /** 200 + 40 videos of 8 frames of 48 x 48 pixels. */
  public static final MovingShapesConfig DEFAULT = new MovingShapesConfig(1, 200, 40, 8, 48);

  private static final int MOST_VIDEOS = 99_999;
  private static final int LEAST_FRAMES = 4;
  private static final int MOST_FRAMES = 1000;
  private static final int MIN_SIDE = 32;
  private static final int MAX_SIDE = 1024;

  /** Checks the ranges. */
  public MovingShapesConfig {
    check("trainVideos", trainVideos, 1, MOST_VIDEOS);
    check("valVideos", valVideos, 0, MOST_VIDEOS);
    check("frames", frames, LEAST_FRAMES, MOST_FRAMES);
    check("size", size, MIN_SIDE, MAX_SIDE);
  }

  private static void check(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          "moving shapes %s: expected %d to %d, got %d".formatted(name, low, high, value));
    }
  }
}
