package org.maskwright.datasets.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Runs of pixels over which two label maps change neither: what labels are counted by, because
 * neighbouring pixels mostly hold the same pair.
 */
final class PixelRuns {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private PixelRuns() {}

  /**
   * Checks that a prediction can be laid over its ground truth.
   *
   * @throws DatasetException if the sizes differ
   */
  static void requireOneSize(LabelMap truth, LabelMap prediction) {
    if (truth.height() != prediction.height() || truth.width() != prediction.width()) {
      throw new DatasetException(
          "the prediction has %d x %d pixels, expected %d x %d as the ground truth"
              .formatted(prediction.width(), prediction.height(), truth.width(), truth.height()));
    }
  }

  /** Where the run ends that begins at {@code start}. */
  static int end(int[] a, int[] b, int start, int length) {
    int end = start + 1;
    while (end < length && a[end] == a[start] && b[end] == b[start]) {
      end++;
    }
    return end;
  }

  /**
   * As {@link #end(int[], int[], int, int)} for maps of {@code pixelBytes} bytes a pixel, eight
   * bytes at a time; places are counted in bytes.
   */
  static int end(byte[] a, byte[] b, int start, int length, int pixelBytes) {
    int i = start;
    int last = length - Long.BYTES - pixelBytes;
    while (i <= last) {
      long changed =
          ((long) LONG.get(a, i) ^ (long) LONG.get(a, i + pixelBytes))
              | ((long) LONG.get(b, i) ^ (long) LONG.get(b, i + pixelBytes));
      if (changed != 0) {
        int first = i + pixelBytes + Long.numberOfTrailingZeros(changed) / Byte.SIZE;
        return first - (first - start) % pixelBytes;
      }
      i += Long.BYTES;
    }
    for (int next = i + pixelBytes; next < length; next++) {
      if (a[next] != a[next - pixelBytes] || b[next] != b[next - pixelBytes]) {
        return next - (next - start) % pixelBytes;
      }
    }
    return length;
  }
}
