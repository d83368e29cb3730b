package org.maskwright.datasets.scenes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/**
 * What decides the files of {@link WhichShape} and {@link NestedShapes}, together with the
 * generator's version.
 *
 * @param seed any number; another seed gives other pictures
 * @param trainImages number of training images, 1 to 99,999
 * @param valImages number of validation images, 0 to 99,999
 * @param size width and height in pixels, 32 to 1,024
 */
public record ShapePicturesConfig(long seed, int trainImages, int valImages, int size) {
  private static final int MOST_IMAGES = 99_999;
  private static final int MIN_SIDE = 32;
  private static final int MAX_SIDE = 1024;

  /** Validation images have the numbers from here on, so that none is a training image. */
  static final int FIRST_VAL_ID = 100_001;

  /** Checks the ranges. */
  public ShapePicturesConfig {
    check("training images", trainImages, 1, MOST_IMAGES);
    check("validation images", valImages, 0, MOST_IMAGES);
    check("size", size, MIN_SIDE, MAX_SIDE);
  }

  private static void check(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          "%s: expected %d to %d, got %d".formatted(name, low, high, value));
    }
  }

  /** All of it as JSON, with the name of what is made and the version of its generator. */
  String manifest(String name, int version) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("generator", "maskwright-" + name);
      json.writeNumberField("version", version);
      json.writeNumberField("seed", seed);
      json.writeNumberField("train-images", trainImages);
      json.writeNumberField("val-images", valImages);
      json.writeNumberField("size", size);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not of memory
    }
    return text + "\n";
  }
}
