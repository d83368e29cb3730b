package org.maskwright.datasets.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MemoryDataset;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.mask.LabelMap;

/** Image and masks of every kind go the same way, to the pixel. */
final class AlignmentTest {
  /** Half of the red step: a pixel this far from the edge is on one side of it for sure. */
  private static final int EDGE = 70;

  static Stream<List<Transform>> augmentations() {
    return Stream.of(
        List.of(),
        List.of(new HorizontalFlip(1)),
        List.of(
            new HorizontalFlip(0.5), new ResizeScale(0.3, 2, 90, 90), new FixedSizeCrop(90, 90)),
        List.of(
            new ResizeShortestEdge(List.of(50, 77, 128), 200),
            RandomCrop.fixed(48, 48, 1),
            new HorizontalFlip(0.5),
            Pad.to(48, 60)),
        List.of(
            new HorizontalFlip(0.5),
            new ResizeShortestEdge(List.of(70, 90), 200),
            RandomCrop.range(50, 60),
            new ResizeShortestEdge(List.of(80, 120), 300),
            Pad.toMultipleOf(32)),
        List.of(RandomCrop.fixed(40, 40, 0.75), new HorizontalFlip(0.5)));
  }

  @ParameterizedTest
  @MethodSource("augmentations")
  void masksOfEveryKindLieOnTheirPixels(List<Transform> transforms) {
    Dataset dataset = new MemoryDataset(40);
    Augmentation augmentation =
        new Augmentation(transforms, Task.INSTANCE, Augmentation.EmptyMasks.KEEP);
    for (int i = 0; i < dataset.size(); i++) {
      TrainingExample example =
          augmentation.apply(dataset.load(i), dataset.categories(), SampleRandom.of(3, 1, i));
      for (int y = 0; y < example.contentHeight(); y++) {
        for (int x = 0; x < example.contentWidth(); x++) {
          int red = bytes(example)[y * example.width() + x] & 0xFF;
          if (Math.abs(red - 127.5) < EDGE) {
            continue;
          }
          for (int n = 0; n < 3; n++) {
            assertEquals(
                red > 127,
                example.masks().get(n, y, x),
                "image %d pixel (%d, %d) mask %d".formatted(i, x, y, n));
          }
        }
      }
    }
  }

  @Test
  void labelMapsAndRunLengthsGiveTheSameMask() {
    Dataset dataset = new MemoryDataset(30);
    for (List<Transform> transforms : augmentations().toList()) {
      Augmentation augmentation =
          new Augmentation(transforms, Task.INSTANCE, Augmentation.EmptyMasks.KEEP);
      for (int i = 0; i < dataset.size(); i++) {
        TrainingExample example =
            augmentation.apply(dataset.load(i), dataset.categories(), SampleRandom.of(4, 0, i));
        assertArrayEquals(example.masks().words(2), example.masks().words(1));
      }
    }
  }

  @Test
  void paddingIs128InTheImageAndNothingInTheMasks() {
    Dataset dataset = new MemoryDataset(5);
    Augmentation augmentation =
        new Augmentation(List.of(Pad.to(100, 110)), Task.INSTANCE, Augmentation.EmptyMasks.DROP);
    TrainingExample example =
        augmentation.apply(dataset.load(2), dataset.categories(), SampleRandom.of(1, 1, 1));
    assertEquals("110 x 100", example.width() + " x " + example.height());
    for (int y = 0; y < 100; y++) {
      for (int x = 0; x < 110; x++) {
        if (x >= example.contentWidth() || y >= example.contentHeight()) {
          for (int c = 0; c < 3; c++) {
            assertEquals(128, bytes(example)[(c * 100 + y) * 110 + x] & 0xFF);
            assertFalse(example.masks().get(c, y, x));
          }
        }
      }
    }
  }

  @Test
  void flippingTwiceChangesNothing() {
    Dataset dataset = new MemoryDataset(3);
    Sample sample = dataset.load(1);
    Augmentation none = Augmentation.none(Task.INSTANCE);
    Augmentation twice =
        new Augmentation(
            List.of(new HorizontalFlip(1), new HorizontalFlip(1)),
            Task.INSTANCE,
            Augmentation.EmptyMasks.DROP);
    TrainingExample a = none.apply(sample, dataset.categories(), SampleRandom.of(0, 0, 0));
    TrainingExample b = twice.apply(sample, dataset.categories(), SampleRandom.of(0, 0, 0));
    assertArrayEquals(bytes(a), bytes(b));
    assertEquals(a.masks(), b.masks());
  }

  @Test
  void cropsTakenBeforeAndAfterAFlipAreMirrored() {
    View before = View.whole(100, 50).cropped(10, 5, 30, 20).flipped();
    View after = View.whole(100, 50).flipped().cropped(60, 5, 30, 20);
    assertArrayEquals(before.sourceColumns(), after.sourceColumns());
    double[] point = {12.25, 7.5};
    assertArrayEquals(before.map(point), after.map(point));
    assertEquals(39, before.sourceColumns()[0]);
  }

  @Test
  void targetsLeftEmptyByTheCropAreDroppedUnlessKept() {
    Dataset dataset = new MemoryDataset(1);
    List<Transform> corner = List.of((view, sample, random) -> view.cropped(0, 0, 8, 8));
    TrainingExample dropped =
        new Augmentation(corner, Task.INSTANCE, Augmentation.EmptyMasks.DROP)
            .apply(dataset.load(0), dataset.categories(), SampleRandom.of(0, 0, 0));
    TrainingExample kept =
        new Augmentation(corner, Task.INSTANCE, Augmentation.EmptyMasks.KEEP)
            .apply(dataset.load(0), dataset.categories(), SampleRandom.of(0, 0, 0));
    assertEquals(0, dropped.targetCount());
    assertEquals(3, kept.targetCount());
  }

  /** Values of the reference's get_size_with_aspect_ratio and its rounding up. */
  @Test
  void sizesInMultiplesAreThoseOfHuggingFace() {
    ResizeToMultiple coco = new ResizeToMultiple(800, 1333, 32);
    assertEquals(new Size(1088, 800), coco.sizeFor(new Size(640, 480)));
    assertEquals(new Size(1344, 672), coco.sizeFor(new Size(1000, 500)));
    assertEquals(new Size(1344, 32), coco.sizeFor(new Size(3000, 50)));
    assertEquals(
        new Size(480, 736), new ResizeToMultiple(480, 800, 32).sizeFor(new Size(427, 640)));
    assertEquals(
        new Size(256, 704), new ResizeToMultiple(512, 700, 32).sizeFor(new Size(333, 999)));
    assertEquals(new Size(288, 384), new ResizeToMultiple(384, 384, 32).sizeFor(new Size(97, 131)));
    assertEquals(new Size(64, 64), new ResizeToMultiple(64, 64, 32).sizeFor(new Size(64, 64)));
    assertEquals(new Size(32, 32), new ResizeToMultiple(32, 64, 32).sizeFor(new Size(1, 1)));
  }

  @Test
  void sizesAreThoseOfDetectron2() {
    assertEquals(new Size(1067, 800), ResizeShortestEdge.sizeFor(new Size(640, 480), 800, 1333));
    assertEquals(new Size(1333, 667), ResizeShortestEdge.sizeFor(new Size(1000, 500), 800, 1333));
    View view = View.whole(640, 480);
    View scaled = new ResizeScale(1, 1, 1024, 1024).apply(view, null, SampleRandom.of(1, 1, 1));
    assertEquals(new Size(1024, 768), scaled.content());
    View cropped =
        new FixedSizeCrop(1024, 1024).apply(View.whole(2000, 1500), null, SampleRandom.of(1, 1, 1));
    assertEquals(new Size(1024, 1024), cropped.content());
    double u = SampleRandom.of(1, 1, 1).nextDouble();
    assertEquals((int) Math.rint(976 * u), cropped.sourceColumns()[0]);
    assertEquals((int) Math.rint(476 * u), cropped.sourceRows()[0]);
  }

  /** A sample of two classes: 0 in the left {@code border} columns, 1 in the others. */
  private static Sample halves(int width, int height, int border) {
    int[] ids = new int[width * height];
    Arrays.setAll(ids, i -> i % width < border ? 1 : 2);
    LabelMap map = new LabelMap(height, width, ids);
    return new Sample(
        new SampleInfo(ImageId.of(1), Path.of("halves.png"), width, height),
        new RgbImage(width, height, new byte[3 * width * height]),
        List.of(
            new Segment(0, false, 1, new SegmentMask.Labelled(map, 1)),
            new Segment(1, false, 2, new SegmentMask.Labelled(map, 2))));
  }

  /** Whether both classes are in a crop and none takes 3/4 of it. */
  private static boolean mixed(View crop, int border) {
    int[] columns = crop.sourceColumns();
    double left = Arrays.stream(columns).filter(x -> x < border).count() / (double) columns.length;
    return left > 0.25 && left < 0.75;
  }

  @Test
  void aCategoryLimitTakesTheFirstMixedCropOfTenOrTheTenth() {
    int border = 45;
    Sample sample = halves(50, 30, border);
    View whole = View.whole(50, 30);
    int redrawn = 0;
    int never = 0;
    for (int seed = 0; seed < 200; seed++) {
      RandomGenerator draws = SampleRandom.of(seed, 0, 0);
      View expected = RandomCrop.fixed(12, 12, 1).apply(whole, sample, draws);
      for (int i = 1; i < 10 && !mixed(expected, border); i++) {
        expected = RandomCrop.fixed(12, 12, 1).apply(whole, sample, draws);
        redrawn++;
      }
      never += mixed(expected, border) ? 0 : 1;
      View crop = RandomCrop.fixed(12, 12, 0.75).apply(whole, sample, SampleRandom.of(seed, 0, 0));
      assertArrayEquals(expected.sourceColumns(), crop.sourceColumns(), "seed " + seed);
      assertArrayEquals(expected.sourceRows(), crop.sourceRows(), "seed " + seed);
    }
    assertTrue(redrawn > 200 && never > 10 && never < 150, redrawn + " redrawn, " + never);
  }

  private static byte[] bytes(TrainingExample example) {
    return ((PixelPlanes.Bytes) example.image()).values();
  }
}
