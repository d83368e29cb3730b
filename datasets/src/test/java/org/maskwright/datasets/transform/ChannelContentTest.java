package org.maskwright.datasets.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.LoaderState;

/** Augmentation of pictures of any channels, which is that of colours. */
class ChannelContentTest {
  private static final int WIDTH = 40;
  private static final int HEIGHT = 30;

  private static RgbImage colours() {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    new Random(1).nextBytes(rgb);
    return new RgbImage(WIDTH, HEIGHT, rgb);
  }

  private static final List<View> VIEWS =
      List.of(
          View.whole(WIDTH, HEIGHT),
          View.whole(WIDTH, HEIGHT).flipped(),
          View.whole(WIDTH, HEIGHT).cropped(3, 4, 20, 11).flipped().padded(25, 30),
          View.whole(WIDTH, HEIGHT).resized(27, 41).cropped(5, 2, 16, 30).padded(40, 40),
          View.whole(WIDTH, HEIGHT)
              .flipped()
              .cropped(3, 4, 20, 20)
              .resized(31, 8)
              .cropped(1, 1, 9, 5),
          View.whole(WIDTH, HEIGHT)
              .resized(90, 60)
              .cropped(7, 9, 50, 40)
              .resized(20, 20)
              .flipped());

  /** Of the same numbers, up to the rounding of colours to whole levels in each resize. */
  @Test
  void everyViewShowsOfChannelsWhatItShowsOfColours() {
    RgbImage rgb = colours();
    ChannelImage channels = ChannelImage.of(rgb, 0, 1, 2);
    Normalization by = new Normalization(List.of(10f, 20f, 30f), List.of(1f, 1f, 1f));
    for (View view : VIEWS) {
      PixelPlanes expected = ImageRenderer.render(rgb, view);
      PixelPlanes got = ImageRenderer.render(channels, view);
      assertEquals(expected.length(), got.length(), view.toString());
      float[] ofColours = new float[expected.length()];
      float[] ofChannels = new float[expected.length()];
      expected.normalizeInto(by, ofColours, 0);
      got.normalizeInto(by, ofChannels, 0);
      Size padded = view.padded();
      int resizes = (int) view.steps().stream().filter(s -> s instanceof View.Resize).count();
      for (int i = 0; i < ofColours.length; i++) {
        int x = i % padded.width();
        int y = i / padded.width() % padded.height();
        boolean inside = x < view.content().width() && y < view.content().height();
        assertEquals(
            inside ? ofColours[i] : 0, ofChannels[i], 0.01 + 1.1 * resizes, view + " " + i);
      }
    }
  }

  @Test
  void coloursOfChannelsStay() {
    ChannelImage channels = ChannelImage.of(colours(), 0, 1, 2, 0, 1);
    View view = View.whole(WIDTH, HEIGHT);
    ColorChange change = new ColorChange(20, 1.2f, 1.3f, 5, ColorChange.Order.CONTRAST_FIRST);
    PixelPlanes.Floats changed =
        (PixelPlanes.Floats) ImageRenderer.render(channels, view.recolored(change));
    assertArrayEquals(channels.values(), changed.content().values());
  }

  @Test
  void aBatchHasAllChannelsNormalised() {
    float[] values = new float[5 * 4 * 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    ChannelImage image = new ChannelImage(4, 3, 5, values);
    Sample sample =
        new Sample(new SampleInfo(ImageId.of(1), Path.of("a.tif"), 4, 3), image, List.of());
    TrainingExample small =
        Augmentation.none(Task.SEMANTIC)
            .apply(sample, Categories.of(List.of()), RandomGenerator.getDefault());
    Augmentation padding =
        new Augmentation(List.of(Pad.to(6, 5)), Task.SEMANTIC, Augmentation.EmptyMasks.KEEP);
    TrainingExample large =
        padding.apply(sample, Categories.of(List.of()), RandomGenerator.getDefault());
    Normalization by = new Normalization(List.of(1f, 2f, 3f, 4f, 5f), List.of(2f, 2f, 2f, 2f, 4f));
    Batch batch = new Batch(List.of(small, large), LoaderState.START);
    int height = batch.height();
    int width = batch.width();
    float[] all = batch.normalizedImages(by);
    assertEquals(2 * 5 * height * width, all.length);
    for (int b = 0; b < 2; b++) {
      for (int c = 0; c < 5; c++) {
        for (int y = 0; y < height; y++) {
          for (int x = 0; x < width; x++) {
            float value = values[(c * 3 + Math.min(y, 2)) * 4 + Math.min(x, 3)];
            float expected = x < 4 && y < 3 ? (value - by.mean(c)) / by.std(c) : 0;
            assertEquals(expected, all[((b * 5 + c) * height + y) * width + x], 1e-6);
          }
        }
      }
    }
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> batch.normalizedImages(Normalization.IMAGENET));
    assertTrue(e.getMessage().contains("expected 5 channels"), e.getMessage());
    assertEquals(128, large.image().shown().rgb(5, 4) & 255);
  }
}
