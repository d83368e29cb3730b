package org.maskwright.datasets.scenes;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What decides the files of a Scenes data set, together with {@link Scenes#GENERATOR_VERSION}.
 *
 * @param seed any number; another seed gives other scenes
 * @param trainImages number of training images, 1 to 999,999
 * @param valImages number of validation images, 0 to 999,999
 * @param width image width in pixels, 32 to 4096
 * @param height image height in pixels, 32 to 4096
 * @param maxThings largest number of things placed in an image, 1 to 100; there is always one
 * @param heldOut classes of things that validation images show and no others, and training images
 *     do not show: to see what a model makes of shapes that it has never seen. Empty: all show all
 */
public record ScenesConfig(
    long seed,
    int trainImages,
    int valImages,
    int width,
    int height,
    int maxThings,
    Optional<List<SceneClass>> heldOut) {
  /** The quickstart's data: 400 + 60 images of 128 x 128 pixels with 1 to 6 things. */
  public static final ScenesConfig DEFAULT = new ScenesConfig(1, 400, 60, 128, 128, 6);

  private static final int MIN_SIDE = 32;
  private static final int MAX_SIDE = 4096;
  private static final int MAX_IMAGES = 999_999;
  private static final int MAX_THINGS = 100;

  public ScenesConfig {
    heldOut = heldOut.map(List::copyOf);
    heldOut.ifPresent(ScenesConfig::checkHeldOut);
    check("width", width, MIN_SIDE, MAX_SIDE);
    check("height", height, MIN_SIDE, MAX_SIDE);
    check("trainImages", trainImages, 1, MAX_IMAGES);
    check("valImages", valImages, 0, MAX_IMAGES);
    check("maxThings", maxThings, 1, MAX_THINGS);
  }

  /** All images show things of all classes. */
  public ScenesConfig(
      long seed, int trainImages, int valImages, int width, int height, int maxThings) {
    this(seed, trainImages, valImages, width, height, maxThings, Optional.empty());
  }

  private static void checkHeldOut(List<SceneClass> classes) {
    List<SceneClass> things = SceneClass.things();
    Set<SceneClass> held = EnumSet.noneOf(SceneClass.class);
    held.addAll(classes);
    if (classes.isEmpty() || held.size() >= things.size() || !things.containsAll(held)) {
      throw new IllegalArgumentException(
          "scenes heldOut: expected some of the things, and not all, %s, got %s"
              .formatted(
                  things.stream().map(SceneClass::label).toList(),
                  classes.stream().map(SceneClass::label).toList()));
    }
  }

  /** The classes of things that an image may show. */
  List<SceneClass> things(long imageId) {
    boolean validation = imageId >= Scenes.FIRST_VAL_ID;
    return heldOut
        .map(
            held ->
                SceneClass.things().stream().filter(c -> held.contains(c) == validation).toList())
        .orElse(SceneClass.things());
  }

  /** With another seed. */
  public ScenesConfig withSeed(long newSeed) {
    return new ScenesConfig(newSeed, trainImages, valImages, width, height, maxThings, heldOut);
  }

  /** With things that validation images alone show. */
  public ScenesConfig withHeldOut(SceneClass... classes) {
    return new ScenesConfig(
        seed, trainImages, valImages, width, height, maxThings, Optional.of(List.of(classes)));
  }

  /** With other numbers of images. */
  public ScenesConfig withImages(int train, int val) {
    return new ScenesConfig(seed, train, val, width, height, maxThings, heldOut);
  }

  /** With another image size. */
  public ScenesConfig withSize(int newWidth, int newHeight) {
    return new ScenesConfig(
        seed, trainImages, valImages, newWidth, newHeight, maxThings, heldOut);
  }

  private static void check(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          "scenes " + name + ": expected " + low + " to " + high + ", got " + value);
    }
  }
}
