package org.maskwright.datasets.annotation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.annotation.PaintedMasks.Paint;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.files.OutputFile;

class PaintedMasksTest {
  private static final int W = 23;
  private static final int H = 41;

  @TempDir private Path temp;

  private static List<Paint> paint() {
    Random random = new Random(1);
    List<Paint> paint = new ArrayList<>();
    for (int n = 0; n < 6; n++) {
      byte[] mask = new byte[W * H];
      for (int i = 0; i < mask.length; i++) {
        mask[i] = (byte) (random.nextInt(5) == 0 || i / (W * 7) == n ? 1 : 0);
      }
      paint.add(new Paint(Rle.ofBitmap(mask, H, W), 10 + n));
    }
    return paint;
  }

  /** From bands of a row to one of all. */
  @ParameterizedTest
  @ValueSource(ints = {1, W, 3 * W + 5, 10 * W, W * H, 1 << 24})
  void bandsAreTheWholeImage(int bandPixels) {
    int[] expected = new int[W * H];
    Arrays.fill(expected, 255);
    paint().forEach(one -> one.mask().paint(expected, one.label()));
    PaintedMasks rows = new PaintedMasks(new Size(W, H), 255, paint(), bandPixels);
    int[] row = new int[W];
    for (int y = 0; y < H; y++) {
      rows.row(y, row);
      assertArrayEquals(Arrays.copyOfRange(expected, y * W, y * W + W), row, "row " + y);
    }
  }

  @Test
  void writtenByRowsItIsReadAsPainted() {
    Path file = temp.resolve("classes.png");
    OutputFile.write(file, LabelPng.rgbIds(new PaintedMasks(new Size(W, H), 0, paint())));
    int[] expected = new int[W * H];
    paint().forEach(one -> one.mask().paint(expected, one.label()));
    assertArrayEquals(expected, LabelPng.read(file).labels());
  }

  @Test
  void aMaskOfAnotherWidthIsRefused() {
    Rle wide = Rle.empty(H, W + 1);
    assertThrows(IllegalArgumentException.class, () -> wide.paintRows(new int[W], 0, 1));
    assertEquals(0, wide.area());
  }
}
