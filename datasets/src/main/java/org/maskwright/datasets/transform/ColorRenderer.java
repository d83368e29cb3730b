package org.maskwright.datasets.transform;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.maskwright.datasets.RgbImage;

/**
 * Applies a change of colours. Each step clips to 0..255 and truncates; saturation and hue each go
 * through OpenCV's 8-bit HSV (hue 0..179) and back, as the reference does.
 */
final class ColorRenderer {
  private static final int HUE_RANGE = 180;

  private ColorRenderer() {}

  /** The changed image, in place. */
  static RgbImage render(RgbImage image, ColorChange change) {
    byte[] pixels = image.data();
    if (change.brightness() != 0) {
      apply(pixels, table(1, change.brightness()));
    }
    boolean first = change.order() == ColorChange.Order.CONTRAST_FIRST;
    if (first && change.contrast() != 1) {
      apply(pixels, table(change.contrast(), 0));
    }
    if (change.saturation() != 1 || change.hue() != 0) {
      hsv(pixels, image, change);
    }
    if (!first && change.contrast() != 1) {
      apply(pixels, table(change.contrast(), 0));
    }
    return new RgbImage(image.width(), image.height(), pixels);
  }

  /** clip(value * factor + offset, 0, 255) in float32, truncated. */
  private static byte[] table(float factor, float offset) {
    byte[] table = new byte[256];
    for (int value = 0; value < 256; value++) {
      float changed = value * factor + offset;
      table[value] = (byte) (int) Math.max(0f, Math.min(255f, changed));
    }
    return table;
  }

  private static void apply(byte[] pixels, byte[] table) {
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = table[pixels[i] & 0xFF];
    }
  }

  private static void hsv(byte[] pixels, RgbImage image, ColorChange change) {
    try (BytePointer memory = new BytePointer(pixels);
        Mat rgb = new Mat(image.height(), image.width(), opencv_core.CV_8UC3, memory)) {
      if (change.saturation() != 1) {
        opencv_imgproc.cvtColor(rgb, rgb, opencv_imgproc.COLOR_RGB2HSV);
        memory.get(pixels);
        byte[] table = table(change.saturation(), 0);
        for (int i = 1; i < pixels.length; i += 3) {
          pixels[i] = table[pixels[i] & 0xFF];
        }
        memory.put(pixels);
        opencv_imgproc.cvtColor(rgb, rgb, opencv_imgproc.COLOR_HSV2RGB);
      }
      if (change.hue() != 0) {
        opencv_imgproc.cvtColor(rgb, rgb, opencv_imgproc.COLOR_RGB2HSV);
        memory.get(pixels);
        for (int i = 0; i < pixels.length; i += 3) {
          pixels[i] = (byte) Math.floorMod((pixels[i] & 0xFF) + change.hue(), HUE_RANGE);
        }
        memory.put(pixels);
        opencv_imgproc.cvtColor(rgb, rgb, opencv_imgproc.COLOR_HSV2RGB);
      }
      memory.get(pixels);
    }
  }
}
