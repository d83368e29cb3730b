package org.maskwright.datasets.image;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.javacpp.indexer.UShortIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.PixelFormat;
import org.maskwright.datasets.image.LabelPng.PixelKind;

/** PNGs with all of their bits, and with alpha as a channel. */
final class PngChannels {
  private static final int DEPTH = 24; // where a header says the bits of a channel
  private static final int KIND = 25;
  private static final int BYTE_BITS = 8;

  /** Bytes of a file that {@link #format} looks at. */
  static final int HEAD_BYTES = KIND + 1;

  private PngChannels() {}

  /** What a header says; a palette is colours of 8 bits, and fewer bits are 8. */
  static PixelFormat format(byte[] head) {
    if (head.length < HEAD_BYTES) {
      throw new DatasetException("PNG: truncated inside its header");
    }
    for (PixelKind kind : PixelKind.values()) {
      if (kind.code == head[KIND]) {
        int channels = kind == PixelKind.PALETTE ? 3 : kind.channels;
        boolean alpha = kind == PixelKind.GREY_ALPHA || kind == PixelKind.RGBA;
        int bits = kind == PixelKind.PALETTE ? BYTE_BITS : Math.max(BYTE_BITS, head[DEPTH]);
        return new PixelFormat(channels, alpha, bits, PixelFormat.Numbers.UNSIGNED);
      }
    }
    throw new DatasetException("PNG: unknown colour type " + head[KIND]);
  }

  /** Whether rows hold the numbers of a format: no palette, and no fewer bits than a byte has. */
  static boolean isStoredAs(PixelFormat format, byte[] head) {
    return head[DEPTH] == format.bits() && head[KIND] != PixelKind.PALETTE.code;
  }

  /** Decodes some of the channels. */
  static ChannelImage decode(byte[] file, int... channels) {
    ImageDecoder.checkSize(ImageHeader.read(file));
    PngChunks.check(file);
    PixelFormat format = format(file);
    try (BytePointer memory = new BytePointer(file);
        Mat encoded = new Mat(1, file.length, opencv_core.CV_8UC1, memory);
        Mat image = opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_UNCHANGED)) {
      if (image.empty()) {
        throw new DatasetException("image: the data are damaged, the decoder gives up");
      }
      int plane = Math.multiplyExact(image.cols(), image.rows());
      float[] values = new float[Math.multiplyExact(channels.length, plane)];
      for (int c = 0; c < channels.length; c++) {
        copy(image, place(channels[c], format, image.channels()), values, c * plane);
      }
      return new ChannelImage(image.cols(), image.rows(), channels.length, values);
    }
  }

  /** OpenCV has blue first, and grey with alpha as four channels. */
  private static int place(int channel, PixelFormat format, int decoded) {
    boolean isAlpha = format.alpha() && channel == format.channels() - 1;
    if (isAlpha) {
      return decoded - 1;
    }
    return decoded < 3 ? 0 : 2 - channel;
  }

  private static void copy(Mat image, int channel, float[] values, int to) {
    int width = image.cols();
    if (image.depth() == opencv_core.CV_16U) {
      double scale = PixelFormat.of(1, 2 * BYTE_BITS).scale();
      try (UShortIndexer pixels = image.createIndexer()) {
        for (int i = 0; i < image.rows() * width; i++) {
          values[to + i] = (float) (pixels.get(i / width, i % width, channel) * scale);
        }
      }
    } else {
      try (UByteIndexer pixels = image.createIndexer()) {
        for (int i = 0; i < image.rows() * width; i++) {
          values[to + i] = pixels.get(i / width, i % width, channel);
        }
      }
    }
  }
}
