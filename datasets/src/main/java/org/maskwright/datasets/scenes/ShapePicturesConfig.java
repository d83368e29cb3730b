package org.maskwright.datasets.scenes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What decides the files of {@link WhichShape}, {@link NestedShapes} and {@link CaptionShapes},
 * with the generator's version.
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
  private static final int FIRST_VAL_ID = 100_001;

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

  /** Writes the pictures with the numbers from {@code firstId} on, and what they show. */
  @FunctionalInterface
  interface Split {
    void write(Path root, String split, int firstId, int count) throws IOException;
  }

  /**
   * Writes a data set of it, unless the folder holds the very same one already.
   *
   * @param name of what is made, and of the manifest's file: {@code which-shape}
   * @param version of its generator
   * @return true if files were written
   * @throws org.maskwright.datasets.DatasetException if the folder holds anything else
   */
  boolean write(Path dir, String name, int version, Split pictures) {
    return new GeneratedFolder(dir, name, name + ".json", manifest(name, version))
        .write(
            root -> {
              pictures.write(root, "train", 1, trainImages);
              pictures.write(root, "val", FIRST_VAL_ID, valImages);
            });
  }

  /** The file of a picture. */
  static String fileName(int id) {
    return String.format(Locale.ROOT, "%06d.png", id);
  }

  /** All of it as JSON, with the name of what is made and the version of its generator. */
  private String manifest(String name, int version) {
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
