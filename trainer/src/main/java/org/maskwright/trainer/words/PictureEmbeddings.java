package org.maskwright.trainer.words;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.ResizeTo;
import org.maskwright.modelzoo.clip.ClipImages;
import org.maskwright.modelzoo.weights.PixelStatistics;
import org.maskwright.trainer.eval.Photographs;

/**
 * Where the image encoder of a CLIP puts photographs: the square in their middle, resized to the
 * pictures that the encoder was trained with.
 *
 * <p><b>Differs</b> from CLIP's own preparation, which resizes by cubic convolution: here as all
 * photographs are resized, bilinearly with antialiasing.
 */
public final class PictureEmbeddings {
  /** Of encoders whose weights do not show it: most of them were trained with such pictures. */
  private static final int USUAL_SIDE = 224;

  private PictureEmbeddings() {}

  /** Told of each photograph that is done. */
  @FunctionalInterface
  public interface Progress {
    /** The number done, of all, and the last one's name. */
    void done(int done, int all, String name);
  }

  /**
   * Embeddings [D] of length 1 of photographs, in order.
   *
   * @throws org.maskwright.datasets.DatasetException if one cannot be read
   */
  public static List<float[]> of(
      ClipImages clip, List<Photographs.Photograph> photographs, Progress progress) {
    int side = clip.side().orElse(USUAL_SIDE);
    Normalization normalization = normalization(clip.pixels());
    List<float[]> embeddings = new ArrayList<>();
    for (Photographs.Photograph each : photographs) {
      float[] pixels = pixels(each, side, normalization);
      try (var scope = clip.backbone().engine().scope()) {
        embeddings.add(
            clip.embed(clip.backbone().engine().floats(pixels, 1, 3, side, side)).toFloats());
      }
      progress.done(embeddings.size(), photographs.size(), each.name());
    }
    return embeddings;
  }

  private static Normalization normalization(PixelStatistics pixels) {
    return new Normalization(
        pixels.mean().stream().map(Double::floatValue).toList(),
        pixels.std().stream().map(Double::floatValue).toList());
  }

  private static float[] pixels(
      Photographs.Photograph photograph, int side, Normalization normalization) {
    RgbImage whole = PhotographFile.read(photograph.file(), Channels.RGB).shown();
    int square = Math.min(whole.width(), whole.height());
    RgbImage middle =
        whole.part(
            new Window(
                (whole.width() - square) / 2, (whole.height() - square) / 2, square, square));
    SampleInfo info =
        new SampleInfo(ImageId.of(photograph.name()), photograph.file(), square, square);
    TrainingExample example =
        new Augmentation(
                List.of(new ResizeTo(side, side)), Task.SEMANTIC, Augmentation.EmptyMasks.DROP)
            .apply(
                new Sample(info, middle, List.of()),
                Categories.of(List.of()),
                RandomGenerator.getDefault());
    float[] pixels = new float[3 * side * side];
    example.normalizeInto(normalization, 0, pixels, 0);
    return pixels;
  }
}
