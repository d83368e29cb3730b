package org.maskwright.datasets.loader;

import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.TrainingExample;

/**
 * Training examples to be computed together. Sizes may differ; {@link #height()} and {@link
 * #width()} hold all of them.
 *
 * @param examples B examples, at least one
 * @param next the state of the loader after this batch: store it to resume with the batch that
 *     follows
 * @param waitMillis how long the caller waited for this batch
 */
public record Batch(List<TrainingExample> examples, LoaderState next, double waitMillis) {
  public Batch {
    examples = List.copyOf(examples);
    if (examples.isEmpty()) {
      throw new IllegalArgumentException("batch: expected at least one example");
    }
  }

  /** B. */
  public int size() {
    return examples.size();
  }

  /** The largest height. */
  public int height() {
    return examples.stream().mapToInt(TrainingExample::height).max().getAsInt();
  }

  /** The largest width. */
  public int width() {
    return examples.stream().mapToInt(TrainingExample::width).max().getAsInt();
  }

  /**
   * The images as one array [B,3,H,W] of 0..255, smaller ones padded at the right and the bottom
   * with {@code padding}.
   */
  public byte[] images(byte padding) {
    int height = height();
    int width = width();
    int plane = Math.multiplyExact(height, width);
    byte[] images = new byte[Math.multiplyExact(Math.multiplyExact(3, plane), size())];
    for (int b = 0; b < size(); b++) {
      TrainingExample example = examples.get(b);
      boolean whole = example.height() == height && example.width() == width;
      if (whole) {
        System.arraycopy(example.image(), 0, images, b * 3 * plane, 3 * plane);
      } else {
        copyPadded(example, images, b * 3 * plane, height, width, padding);
      }
    }
    return images;
  }

  private static void copyPadded(
      TrainingExample example, byte[] images, int at, int height, int width, byte padding) {
    Arrays.fill(images, at, at + 3 * height * width, padding);
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < example.height(); y++) {
        System.arraycopy(
            example.image(),
            (c * example.height() + y) * example.width(),
            images,
            at + (c * height + y) * width,
            example.width());
      }
    }
  }

  /**
   * The normalised images as one array [B,3,H,W] of float32; what pads smaller images to the
   * batch's size is 0, as in detectron2's ImageList.
   */
  public float[] normalizedImages(Normalization by) {
    int height = height();
    int width = width();
    float[] images = new float[Math.multiplyExact(Math.multiplyExact(3, height * width), size())];
    float[] one = new float[0];
    for (int b = 0; b < size(); b++) {
      TrainingExample example = examples.get(b);
      int at = b * 3 * height * width;
      if (example.height() == height && example.width() == width) {
        example.normalizeInto(by, images, at);
        continue;
      }
      if (one.length < example.image().length) {
        one = new float[example.image().length];
      }
      example.normalizeInto(by, one, 0);
      for (int row = 0; row < 3 * example.height(); row++) {
        int c = row / example.height();
        int y = row % example.height();
        System.arraycopy(
            one, row * example.width(), images, at + (c * height + y) * width, example.width());
      }
    }
    return images;
  }
}
