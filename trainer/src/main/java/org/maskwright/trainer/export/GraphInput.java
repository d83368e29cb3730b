package org.maskwright.trainer.export;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.ResizeToFit;
import org.maskwright.modelzoo.onnx.OnnxSizes;
import org.maskwright.trainer.checkpoint.ModelFile;

/**
 * A photograph as what a graph takes: resized into its input, normalised as the model wants it, as
 * often as there are images in a batch.
 */
final class GraphInput {
  private final float[] pixels;
  private final long[] shape;

  private GraphInput(float[] pixels, long[] shape) {
    this.pixels = pixels;
    this.shape = shape;
  }

  /** Of a photograph with the channels of the model. */
  static GraphInput of(Photograph image, ModelFile file, OnnxSizes sizes) {
    SampleInfo info =
        new SampleInfo(ImageId.of("input"), Path.of("input"), image.width(), image.height());
    TrainingExample example =
        new Augmentation(
                List.of(new ResizeToFit(sizes.height(), sizes.width())),
                Task.SEMANTIC,
                Augmentation.EmptyMasks.DROP)
            .apply(
                new Sample(info, image, List.of()),
                Categories.of(List.of()),
                RandomGenerator.getDefault());
    int channels = file.channels().count();
    float[] content = new float[channels * example.height() * example.width()];
    example.normalizeInto(file.normalization(), 0, content, 0);
    float[] pixels = new float[sizes.images() * channels * sizes.height() * sizes.width()];
    for (int i = 0; i < sizes.images() * channels; i++) {
      for (int y = 0; y < example.height(); y++) {
        System.arraycopy(
            content,
            (i % channels * example.height() + y) * example.width(),
            pixels,
            (i * sizes.height() + y) * sizes.width(),
            example.width());
      }
    }
    return new GraphInput(
        pixels, new long[] {sizes.images(), channels, sizes.height(), sizes.width()});
  }

  /** Normalised, padded right and bottom with 0. */
  FloatBuffer pixels() {
    return FloatBuffer.wrap(pixels);
  }

  /** [B,C,H,W]. */
  long[] shape() {
    return shape.clone();
  }
}
