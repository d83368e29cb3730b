package org.maskwright.engine.nd4j;

import java.nio.FloatBuffer;
import org.maskwright.engine.array.Conv2dSpec;

/**
 * The patches that a convolution's windows see: one row for each (channel, kernel row, kernel
 * column), one column for each output pixel.
 */
record Patches(Conv2dSpec spec, int kernelH, int kernelW, int height, int width, int outWidth) {
  private static final int BULK = 16;
  private static final float[] ZEROS = new float[1024];

  /** Whether the patch matrix is the image itself. */
  boolean isIdentity() {
    return kernelH == 1
        && kernelW == 1
        && spec.strideH() == 1
        && spec.strideW() == 1
        && spec.padH() == 0
        && spec.padW() == 0;
  }

  /**
   * Copies the patches of {@code n} pixels from {@code start} on into rows of {@code ld} floats.
   */
  void gather(
      FloatBuffer image, int source, int channels, int start, int n, FloatBuffer rows, int ld) {
    int row = 0;
    for (int c = 0; c < channels; c++) {
      int plane = source + c * height * width;
      for (int ky = 0; ky < kernelH; ky++) {
        for (int kx = 0; kx < kernelW; kx++) {
          gatherRow(image, plane, ky, kx, start, n, rows, row * ld);
          row++;
        }
      }
    }
  }

  private void gatherRow(
      FloatBuffer image, int plane, int ky, int kx, int start, int n, FloatBuffer rows, int to) {
    int stride = spec.strideW();
    int shift = kx * spec.dilationW() - spec.padW();
    int firstValid = firstValid(shift, stride);
    int endValid = endValid(shift, stride);
    int done = 0;
    while (done < n) {
      int pixel = start + done;
      int y = pixel / outWidth;
      int x = pixel - y * outWidth;
      int length = Math.min(outWidth - x, n - done);
      int inY = y * spec.strideH() - spec.padH() + ky * spec.dilationH();
      int at = to + done;
      int low = Math.min(Math.max(firstValid, x), x + length);
      int high = Math.max(low, Math.min(endValid, x + length));
      if (inY < 0 || inY >= height) {
        zero(rows, at, length);
      } else {
        zero(rows, at, low - x);
        int from = plane + inY * width + low * stride + shift;
        copy(image, from, stride, rows, at + low - x, high - low);
        zero(rows, at + high - x, x + length - high);
      }
      done += length;
    }
  }

  private static void copy(
      FloatBuffer image, int from, int stride, FloatBuffer rows, int to, int n) {
    if (stride == 1 && n >= BULK) {
      rows.put(to, image, from, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      rows.put(to + i, image.get(from + i * stride));
    }
  }

  private static void zero(FloatBuffer rows, int at, int n) {
    if (n < BULK) {
      for (int i = 0; i < n; i++) {
        rows.put(at + i, 0f);
      }
      return;
    }
    for (int i = 0; i < n; i += ZEROS.length) {
      rows.put(at + i, ZEROS, 0, Math.min(ZEROS.length, n - i));
    }
  }

  /** First output column whose input column is not left of the image. */
  private int firstValid(int shift, int stride) {
    return shift >= 0 ? 0 : (-shift + stride - 1) / stride;
  }

  /** One past the last output column whose input column is not right of the image. */
  private int endValid(int shift, int stride) {
    int last = width - 1 - shift;
    return last < 0 ? 0 : last / stride + 1;
  }

  /** Adjoint of {@link #gather}: adds the rows to the image. */
  void scatterAdd(
      FloatBuffer rows, int ld, int start, int n, FloatBuffer image, int target, int channels) {
    int row = 0;
    for (int c = 0; c < channels; c++) {
      int plane = target + c * height * width;
      for (int ky = 0; ky < kernelH; ky++) {
        for (int kx = 0; kx < kernelW; kx++) {
          addRow(rows, row * ld, ky, kx, start, n, image, plane);
          row++;
        }
      }
    }
  }

  private void addRow(
      FloatBuffer rows, int from, int ky, int kx, int start, int n, FloatBuffer image, int plane) {
    int stride = spec.strideW();
    int shift = kx * spec.dilationW() - spec.padW();
    int firstValid = firstValid(shift, stride);
    int endValid = endValid(shift, stride);
    int done = 0;
    while (done < n) {
      int pixel = start + done;
      int y = pixel / outWidth;
      int x = pixel - y * outWidth;
      int length = Math.min(outWidth - x, n - done);
      int inY = y * spec.strideH() - spec.padH() + ky * spec.dilationH();
      if (inY >= 0 && inY < height) {
        int high = Math.min(endValid, x + length);
        int base = plane + inY * width + shift;
        for (int i = Math.max(firstValid, x); i < high; i++) {
          int at = base + i * stride;
          image.put(at, image.get(at) + rows.get(from + done + i - x));
        }
      }
      done += length;
    }
  }
}
