package org.maskwright.datasets.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TrainingExample;

/** Clips of several frames as examples and batches. */
final class ClipBatchTest {
  private static final Normalization ZERO =
      new Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));

  private static PixelPlanes plane(Size size, int value) {
    byte[] bytes = new byte[3 * size.width() * size.height()];
    Arrays.fill(bytes, (byte) value);
    return new PixelPlanes.Bytes(size, bytes);
  }

  private static TrainingExample clip(int id, Size size, int targets, int... values) {
    return new TrainingExample(
        new SampleInfo(ImageId.of(id), Path.of(id + ".png"), 0, 0),
        IntStream.of(values).mapToObj(v -> plane(size, v)).toList(),
        size,
        size,
        new int[targets],
        new MaskStack(targets * values.length, size.height(), size.width()));
  }

  @Test
  void pixelsComeExampleByExampleFrameByFrame() {
    Size small = new Size(2, 3);
    Size large = new Size(4, 5);
    Batch batch =
        new Batch(List.of(clip(1, small, 1, 10, 20), clip(2, large, 0, 30, 40)), LoaderState.START);
    assertEquals(2, batch.frames());
    float[] pixels = batch.normalizedImages(ZERO);
    int image = 3 * large.width() * large.height();
    assertEquals(4 * image, pixels.length);
    for (int i = 0; i < 4; i++) {
      float[] own = Arrays.copyOfRange(pixels, i * image, (i + 1) * image);
      assertEquals(10f * (i + 1), own[0]);
      assertEquals(i < 2 ? 0f : 10f * (i + 1), own[image - 1], "what pads is 0");
    }
  }

  @Test
  void aClipOfOneFrameIsThePhotograph() {
    Size size = new Size(3, 3);
    TrainingExample clip = clip(1, size, 2, 7);
    TrainingExample photograph =
        new TrainingExample(
            clip.info(), plane(size, 7), size, size, new int[2], new MaskStack(2, 3, 3));
    assertEquals(1, photograph.frames());
    assertArrayEquals(
        new Batch(List.of(photograph), LoaderState.START).normalizedImages(ZERO),
        new Batch(List.of(clip), LoaderState.START).normalizedImages(ZERO));
    assertEquals(photograph.image().length(), clip.image().length());
  }

  @Test
  void framesOfABatchAreAsMany() {
    Size size = new Size(3, 3);
    List<TrainingExample> mixed = List.of(clip(1, size, 0, 1, 2), clip(2, size, 0, 1));
    String message =
        assertThrows(IllegalArgumentException.class, () -> new Batch(mixed, LoaderState.START))
            .getMessage();
    assertTrue(message.contains("2 frames as image 1 has, got 1 of image 2"), message);
  }

  @Test
  void framesOfAClipAreOfOneSizeAndEachHasItsMasks() {
    Size size = new Size(3, 3);
    SampleInfo info = new SampleInfo(ImageId.of(1), Path.of("1.png"), 0, 0);
    List<PixelPlanes> two = List.of(plane(size, 1), plane(size, 2));
    List<PixelPlanes> other = List.of(plane(size, 1), plane(new Size(3, 4), 2));
    assertThrows(
        IllegalArgumentException.class,
        () -> new TrainingExample(info, other, size, size, new int[1], new MaskStack(2, 3, 3)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new TrainingExample(info, two, size, size, new int[2], new MaskStack(2, 3, 3)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new TrainingExample(info, List.of(), size, size, new int[0], new MaskStack(0, 3, 3)));
    TrainingExample clip =
        new TrainingExample(info, two, size, size, new int[1], new MaskStack(2, 3, 3));
    String message = assertThrows(IllegalStateException.class, clip::image).getMessage();
    assertTrue(message.contains("clip of 2 frames"), message);
  }
}
