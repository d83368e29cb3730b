package org.maskwright.datasets.clip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.ViewCrop;
import org.maskwright.datasets.image.ResizeFilter;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.HorizontalFlip;
import org.maskwright.datasets.transform.Jitter;
import org.maskwright.datasets.transform.RandomResizedCrop;

final class ViewsTest {
  private static final int WIDTH = 120;
  private static final int HEIGHT = 80;

  /** Red says the column, green the row: 2 levels a pixel, the centre of pixel x at 2x + 1. */
  private static Dataset places() {
    byte[] pixels = new byte[3 * WIDTH * HEIGHT];
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      pixels[3 * i] = (byte) (2 * (i % WIDTH) + 1);
      pixels[3 * i + 1] = (byte) (2 * (i / WIDTH) + 1);
    }
    return new OnePicture(new RgbImage(WIDTH, HEIGHT, pixels));
  }

  private record OnePicture(RgbImage picture) implements Dataset {
    @Override
    public String name() {
      return "one";
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public Categories categories() {
      return Categories.things("object");
    }

    @Override
    public Set<Task> tasks() {
      return Set.of(Task.SEMANTIC);
    }

    @Override
    public SampleInfo info(int index) {
      return new SampleInfo(ImageId.of(0), Path.of("one.png"), 0, 0);
    }

    @Override
    public List<Segment> segments(int index) {
      return List.of();
    }

    @Override
    public Photograph image(int index) {
      return picture;
    }
  }

  private static Augmentation view(int height, int width, double minScale) {
    return new Augmentation(
        List.of(
            new RandomResizedCrop(height, width, minScale, 1, 0.75, 4.0 / 3, ResizeFilter.BICUBIC),
            new HorizontalFlip(0.5)),
        Task.SEMANTIC,
        Augmentation.EmptyMasks.DROP);
  }

  private static int level(TrainingExample example, int t, int channel, int x, int y) {
    byte[] values = ((PixelPlanes.Bytes) example.image(t)).values();
    return values[(channel * example.height() + y) * example.width() + x] & 0xFF;
  }

  @Test
  void eachPixelOfAViewShowsWhereTheViewSaysItIs() {
    Views views = new Views(places(), List.of(view(32, 48, 0.3), view(40, 40, 0.3)), 0);
    int flipped = 0;
    for (int i = 0; i < 60; i++) {
      TrainingExample example = views.example(0, new SplittableRandom(i));
      assertEquals(2, example.views().size());
      for (int t = 0; t < 2; t++) {
        ViewCrop crop = example.views().get(t);
        flipped += crop.flipped() ? 1 : 0;
        for (int y = 6; y < crop.view().height() - 6; y++) {
          for (int x = 6; x < crop.view().width() - 6; x++) {
            assertEquals(2 * crop.pictureX(x + 0.5), level(example, t, 0, x, y), 1.6);
            assertEquals(2 * crop.pictureY(y + 0.5), level(example, t, 1, x, y), 1.6);
          }
        }
      }
    }
    assertTrue(flipped > 40 && flipped < 80, flipped + " flipped");
  }

  @Test
  void aPointGoesToEachViewAndBack() {
    Views views = new Views(places(), List.of(view(32, 48, 0.1), view(56, 40, 0.1)), 0);
    int both = 0;
    for (int i = 0; i < 200; i++) {
      TrainingExample example = views.example(0, new SplittableRandom(i));
      ViewCrop a = example.views().get(0);
      ViewCrop b = example.views().get(1);
      double x = WIDTH * (i % 17 + 0.3) / 17;
      double y = HEIGHT * (i % 11 + 0.7) / 11;
      assertEquals(x, a.pictureX(a.viewX(x)), 1e-10);
      assertEquals(y, b.pictureY(b.viewY(y)), 1e-10);
      assertEquals(
          a.shows(x, y),
          a.viewX(x) >= 0
              && a.viewX(x) <= a.view().width()
              && a.viewY(y) >= 0
              && a.viewY(y) <= a.view().height());
      if (a.shows(x, y) && b.shows(x, y)) {
        both++;
        assertEquals(x, b.pictureX(b.viewX(a.pictureX(a.viewX(x)))), 1e-10);
        assertTrue(a.overlap(b) > 0);
      }
    }
    assertTrue(both > 20, both + " in both");
  }

  @Test
  void viewsHaveAsMuchInCommonAsIsAskedFor() {
    List<Augmentation> recipes = List.of(view(32, 32, 0.2), view(32, 32, 0.2));
    Views any = new Views(places(), recipes, 0);
    Views half = new Views(places(), recipes, 0.5);
    int less = 0;
    for (int i = 0; i < 200; i++) {
      less += share(any.example(0, new SplittableRandom(i))) < 0.5 ? 1 : 0;
      assertTrue(share(half.example(0, new SplittableRandom(i))) >= 0.5);
    }
    assertTrue(less > 40, less + " would have less");
  }

  private static double share(TrainingExample example) {
    ViewCrop a = example.views().get(0);
    ViewCrop b = example.views().get(1);
    double count = 0;
    for (int x = 0; x < WIDTH; x++) {
      for (int y = 0; y < HEIGHT; y++) {
        count += a.shows(x + 0.5, y + 0.5) && b.shows(x + 0.5, y + 0.5) ? 1 : 0;
      }
    }
    assertEquals(count, a.overlap(b), 1e-9);
    return count / Math.max(a.area(), b.area());
  }

  @Test
  void viewsThatCannotOverlapAreRefusedAfterAHundredTries() {
    Views views = new Views(places(), List.of(view(8, 8, 0.9), view(8, 8, 0.001)), 1);
    DatasetException e =
        assertThrows(
            DatasetException.class, () -> views.example(0, new SplittableRandom(1)));
    assertTrue(e.getMessage().contains("100 tries"), e.getMessage());
  }

  @Test
  void sameNumbersGiveTheSameBytes() {
    Augmentation jittered =
        new Augmentation(
            List.of(
                new RandomResizedCrop(24, 24, 0.2, 1, 0.75, 1.3, ResizeFilter.BILINEAR),
                new Jitter(
                    new Jitter.Colours(0.8, 0.4, 0.4, 0.4, 0.1),
                    0.2,
                    new Jitter.Blur(0.5, 0.1, 2),
                    0.2)),
            Task.SEMANTIC,
            Augmentation.EmptyMasks.DROP);
    Views views = new Views(places(), List.of(jittered, jittered), 0);
    int differ = 0;
    for (int i = 0; i < 20; i++) {
      TrainingExample one = views.example(0, new SplittableRandom(i));
      TrainingExample again = views.example(0, new SplittableRandom(i));
      assertEquals(one.views(), again.views());
      byte[] first = ((PixelPlanes.Bytes) one.image(0)).values();
      assertArrayEquals(first, ((PixelPlanes.Bytes) again.image(0)).values());
      differ += Arrays.equals(first, ((PixelPlanes.Bytes) one.image(1)).values()) ? 0 : 1;
    }
    assertEquals(20, differ);
  }

  @Test
  void aPictureOfOnePixelAndOneOfOneRowHaveViews() {
    for (RgbImage tiny :
        List.of(new RgbImage(1, 1, new byte[3]), new RgbImage(200, 1, new byte[600]))) {
      Views views = new Views(new OnePicture(tiny), List.of(view(8, 8, 0.2)), 0);
      for (int i = 0; i < 20; i++) {
        TrainingExample example = views.example(0, new SplittableRandom(i));
        assertEquals(1, example.views().size());
        assertTrue(example.views().get(0).area() >= 1);
      }
    }
  }
}
