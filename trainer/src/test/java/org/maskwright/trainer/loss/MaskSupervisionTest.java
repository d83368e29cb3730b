package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TrainingExample;

class MaskSupervisionTest {
  private static final int HEIGHT = 5;
  private static final int WIDTH = 70;
  private static final int PADDED_HEIGHT = 8;
  private static final int PADDED_WIDTH = 96;

  private static MaskStack randomMasks(int count) {
    MaskStack masks = new MaskStack(count, HEIGHT, WIDTH);
    Random random = new Random(3);
    for (int n = 0; n < count; n++) {
      for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
          if (random.nextBoolean()) {
            masks.set(n, y, x);
          }
        }
      }
    }
    return masks;
  }

  private static double pixel(MaskStack masks, int n, int y, int x) {
    return y >= 0 && x >= 0 && y < HEIGHT && x < WIDTH && masks.get(n, y, x) ? 1 : 0;
  }

  @Test
  void labelsAreBilinearSamplesOfTheZeroPaddedMask() {
    MaskStack masks = randomMasks(2);
    MaskSupervision supervision =
        new MaskSupervision(new int[] {4, 1}, masks, PADDED_HEIGHT, PADDED_WIDTH);
    Random random = new Random(5);
    float[] points = new float[2 * 500];
    for (int i = 0; i < points.length; i++) {
      points[i] = random.nextFloat() * 1.2f - 0.1f;
    }
    float[] labels = new float[501];
    supervision.labels(1, 0, points, 2, 499, labels, 1);
    for (int i = 0; i < 499; i++) {
      double x = points[2 + 2 * i] * PADDED_WIDTH - 0.5;
      double y = points[3 + 2 * i] * PADDED_HEIGHT - 0.5;
      int x0 = (int) Math.floor(x);
      int y0 = (int) Math.floor(y);
      double fx = x - x0;
      double fy = y - y0;
      double expected =
          (1 - fy) * ((1 - fx) * pixel(masks, 1, y0, x0) + fx * pixel(masks, 1, y0, x0 + 1))
              + fy
                  * ((1 - fx) * pixel(masks, 1, y0 + 1, x0) + fx * pixel(masks, 1, y0 + 1, x0 + 1));
      assertEquals(expected, labels[1 + i], 1e-4, "point " + i);
    }
  }

  @Test
  void aGridOfThePaddedSizeIsTheMaskItself() {
    MaskStack masks = randomMasks(1);
    MaskSupervision supervision =
        new MaskSupervision(new int[] {0}, masks, PADDED_HEIGHT, PADDED_WIDTH);
    float[] grid = new float[PADDED_HEIGHT * PADDED_WIDTH];
    supervision.grid(0, 0, PADDED_HEIGHT, PADDED_WIDTH, grid, 0);
    for (int y = 0; y < PADDED_HEIGHT; y++) {
      for (int x = 0; x < PADDED_WIDTH; x++) {
        assertEquals(pixel(masks, 0, y, x), grid[y * PADDED_WIDTH + x]);
      }
    }
  }

  @Test
  void aSmallerGridHasTheNearestPixelOfEachCell() {
    MaskStack masks = randomMasks(2);
    MaskSupervision supervision =
        new MaskSupervision(new int[] {0, 0}, masks, PADDED_HEIGHT, PADDED_WIDTH);
    float[] grid = new float[2 + 4 * 32]; // two rows and three columns of pixels a cell
    grid[0] = 9;
    supervision.grid(1, 0, 4, 32, grid, 2);
    assertEquals(9, grid[0]);
    for (int i = 0; i < 4 * 32; i++) {
      assertEquals(pixel(masks, 1, i / 32 * 2, i % 32 * 3), grid[2 + i], "cell " + i);
    }
  }

  /** Rows of 64 pixels fill their words: what lies beside a row must not be the next one. */
  @Test
  void besideAMaskThatFillsItsWordsIsBackground() {
    MaskStack masks = new MaskStack(2, 3, 64);
    for (int y = 0; y < 3; y++) {
      masks.setRow(0, y, 0, 64);
      masks.setRow(1, y, 0, 64);
    }
    MaskSupervision supervision = new MaskSupervision(new int[] {0, 1}, masks, 6, 128);
    float[] grid = new float[6 * 128];
    supervision.grid(0, 0, 6, 128, grid, 0);
    float[] points = new float[2 * 6 * 128];
    for (int i = 0; i < 6 * 128; i++) {
      int row = i / 128;
      points[2 * i] = (i % 128 + 0.5f) / 128;
      points[2 * i + 1] = (row + 0.5f) / 6;
    }
    float[] labels = new float[6 * 128];
    supervision.labels(0, 0, points, 0, labels.length, labels, 0);
    for (int i = 0; i < labels.length; i++) {
      int expected = i / 128 < 3 && i % 128 < 64 ? 1 : 0;
      assertEquals(expected, grid[i], "pixel " + i);
      assertEquals(expected, labels[i], 1e-5, "pixel " + i);
    }
    float[] edge = new float[1];
    supervision.labels(0, 0, new float[] {64 / 128f, 1.5f / 6}, 0, 1, edge, 0);
    assertEquals(0.5, edge[0], 1e-5, "half way between the last pixel and the first beside it");
  }

  @Test
  void pixelsOfSeveralTargetsAreLabelledOnce() {
    MaskStack masks = new MaskStack(3, HEIGHT, WIDTH);
    masks.setRow(0, 1, 10, 20);
    masks.setRow(1, 1, 15, 68);
    masks.setRow(2, 4, 0, 2);
    MaskSupervision supervision =
        new MaskSupervision(new int[] {0, 1, 0}, masks, PADDED_HEIGHT, PADDED_WIDTH);
    assertEquals(58 + 2, supervision.labelledPixels());
    assertEquals(10, masks.area(0), "the masks are as they were");
    assertEquals(
        0,
        new MaskSupervision(new int[0], new MaskStack(0, HEIGHT, WIDTH), HEIGHT, WIDTH)
            .labelledPixels());
  }

  @Test
  void theTargetsOfAnExampleAreItsMasksWithinTheBatch() {
    MaskStack masks = randomMasks(2);
    Size size = new Size(WIDTH, HEIGHT);
    TrainingExample example =
        new TrainingExample(
            new SampleInfo(ImageId.of(1), Path.of("1.png"), WIDTH, HEIGHT),
            new PixelPlanes.Bytes(size, new byte[3 * HEIGHT * WIDTH]),
            size,
            size,
            new int[] {6, 2},
            masks);
    MaskSupervision supervision = MaskSupervision.of(example, PADDED_HEIGHT, PADDED_WIDTH);
    assertEquals(PADDED_HEIGHT, supervision.height());
    assertEquals(PADDED_WIDTH, supervision.width());
    assertEquals(2, supervision.count());
    assertEquals(6, supervision.category(0));
    assertEquals(2, supervision.category(1));
    float[] grid = new float[PADDED_HEIGHT * PADDED_WIDTH];
    supervision.grid(1, 0, PADDED_HEIGHT, PADDED_WIDTH, grid, 0);
    assertEquals(pixel(masks, 1, 3, 8), grid[3 * PADDED_WIDTH + 8]);
  }

  @Test
  void masksLargerThanTheBatchOrWithoutAClassAreRefused() {
    new MaskSupervision(new int[] {0}, randomMasks(1), HEIGHT, WIDTH);
    for (int[] wrong : new int[][] {{1, HEIGHT - 1, WIDTH}, {1, HEIGHT, WIDTH - 1}, {2, 9, 99}}) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> new MaskSupervision(new int[wrong[0]], randomMasks(1), wrong[1], wrong[2]))
              .getMessage();
      assertEquals(
          "targets: expected one class for each mask of a frame within %d x %d pixels, got %d classes, 1 masks in 1 frames of 70 x 5"
              .formatted(wrong[2], wrong[1], wrong[0]),
          message);
    }
  }

  @Test
  void framesOfAClipAnswerAsPhotographsWould() {
    int frames = 3;
    MaskStack masks = randomMasks(2 * frames);
    MaskSupervision clip =
        new MaskSupervision(new int[] {4, 1}, masks, frames, PADDED_HEIGHT, PADDED_WIDTH);
    assertEquals(frames, clip.frames());
    assertEquals(2, clip.count());
    float[] points = {0.1f, 0.2f, 0.5f, 0.5f, 0.7f, 0.3f};
    double labelled = 0;
    for (int t = 0; t < frames; t++) {
      MaskSupervision photograph =
          new MaskSupervision(
              new int[] {4, 1}, masks.select(t, frames + t), PADDED_HEIGHT, PADDED_WIDTH);
      labelled += photograph.labelledPixels();
      for (int n = 0; n < 2; n++) {
        assertEquals(photograph.category(n), clip.category(n));
        float[] expected = new float[3 + 12];
        float[] actual = new float[3 + 12];
        photograph.labels(n, 0, points, 0, 3, expected, 0);
        clip.labels(n, t, points, 0, 3, actual, 0);
        photograph.grid(n, 0, 3, 4, expected, 3);
        clip.grid(n, t, 3, 4, actual, 3);
        assertArrayEquals(expected, actual);
      }
    }
    assertEquals(labelled, clip.labelledPixels());
  }

  @Test
  void aClipNeedsAMaskOfEachTargetInEachFrame() {
    MaskStack masks = randomMasks(3);
    assertThrows(
        IllegalArgumentException.class,
        () -> new MaskSupervision(new int[] {0, 1}, masks, 2, PADDED_HEIGHT, PADDED_WIDTH));
  }
}
