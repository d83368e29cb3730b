package org.maskwright.datasets.loader;

import java.util.Collections;
import java.util.List;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.TrainingExample;

/**
 * Training examples to be computed together. Sizes may differ; {@link #height()} and {@link
 * #width()} hold all of them. All have as many frames, 1 where they are photographs.
 *
 * @param examples B examples, at least one
 * @param sources the number of the source of each example, in the loader's list
 * @param labels the classes that the annotation of each example tells apart
 * @param next the state of the loader after this batch: store it to resume with the batch that
 *     follows
 * @param first number of the first example in the batch that all processes share; 0 where one
 *     process has all of it
 * @param whole how many examples that has
 */
public record Batch(
    List<TrainingExample> examples,
    List<Integer> sources,
    List<LabelSpace> labels,
    LoaderState next,
    int first,
    int whole) {
  public Batch {
    examples = List.copyOf(examples);
    sources = List.copyOf(sources);
    labels = List.copyOf(labels);
    if (examples.isEmpty()
        || sources.size() != examples.size()
        || labels.size() != examples.size()) {
      throw new IllegalArgumentException(
          "batch: expected at least one example, and source and classes of each, got %d, %d and %d"
              .formatted(examples.size(), sources.size(), labels.size()));
    }
    for (TrainingExample example : examples) {
      if (example.frames() != examples.get(0).frames()) {
        throw new IllegalArgumentException(
            "batch: expected examples of %d frames as image %s has, got %d of image %s; let the sources of one batch have the same data.source.clips.frames, or set data.sampling = by-source"
                .formatted(
                    examples.get(0).frames(),
                    examples.get(0).imageId(),
                    example.frames(),
                    example.imageId()));
      }
    }
    if (first < 0 || first + examples.size() > whole) {
      throw new IllegalArgumentException(
          "batch: expected %d examples from number %d on within the batch of all processes, got one of %d"
              .formatted(examples.size(), first, whole));
    }
  }

  /** Examples of one source, whose annotation tells every class apart. */
  public Batch(List<TrainingExample> examples, LoaderState next) {
    this(
        examples,
        Collections.nCopies(examples.size(), 0),
        Collections.nCopies(examples.size(), LabelSpace.ALL),
        next,
        0,
        examples.size());
  }

  /** B, of this process. */
  public int size() {
    return examples.size();
  }

  /** T, the frames of each example; 1 of photographs. */
  public int frames() {
    return examples.get(0).frames();
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
   * The normalised images as one array [B*T,C,H,W] of float32, example by example, frame by frame;
   * H and W are those of the largest image.
   *
   * @throws ArithmeticException if that is more than 2^31 - 1 numbers
   */
  public float[] normalizedImages(Normalization by) {
    return normalizedImages(by, height(), width());
  }

  /**
   * The normalised images as one array [B*T,C,height,width] of float32; what pads smaller images is
   * 0, as in detectron2's ImageList.
   *
   * @throws IllegalArgumentException if an image is larger
   * @throws ArithmeticException if that is more than 2^31 - 1 numbers
   */
  public float[] normalizedImages(Normalization by, int height, int width) {
    if (height < height() || width < width()) {
      throw new IllegalArgumentException(
          "batch: expected a size of at least %d x %d to pad to, got %d x %d"
              .formatted(width(), height(), width, height));
    }
    int plane = Math.multiplyExact(height, width);
    int channels = by.channels().count();
    float[] images =
        new float
            [Math.multiplyExact(
                Math.multiplyExact(channels, plane), Math.multiplyExact(size(), frames()))];
    float[] one = new float[0];
    for (int i = 0; i < size() * frames(); i++) {
      TrainingExample example = examples.get(i / frames());
      int frame = i % frames();
      int at = i * channels * plane;
      if (example.height() == height && example.width() == width) {
        example.normalizeInto(by, frame, images, at);
        continue;
      }
      if (one.length < example.image(frame).length()) {
        one = new float[example.image(frame).length()];
      }
      example.normalizeInto(by, frame, one, 0);
      for (int row = 0; row < channels * example.height(); row++) {
        int c = row / example.height();
        int y = row % example.height();
        System.arraycopy(
            one, row * example.width(), images, at + (c * height + y) * width, example.width());
      }
    }
    return images;
  }
}
