package org.maskwright.datasets;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** A TIFF in one uncompressed strip, channels interleaved, little-endian. */
public final class WrittenTiff {
  private static final int TAGS = 11;

  private final byte[] bytes;

  private WrittenTiff(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Whole numbers of 16 bits, [C,H,W]. */
  public static WrittenTiff shorts(int width, int height, int channels, int[] values) {
    byte[] bytes = new byte[2 * values.length];
    ByteBuffer pixels = buffer(bytes);
    int plane = width * height;
    for (int i = 0; i < plane; i++) {
      for (int c = 0; c < channels; c++) {
        pixels.putShort((short) values[c * plane + i]);
      }
    }
    return new WrittenTiff(file(width, height, channels, 16, 1, bytes));
  }

  /** Floating-point numbers of 32 bits, [C,H,W]. */
  public static WrittenTiff floats(int width, int height, int channels, float[] values) {
    byte[] bytes = new byte[4 * values.length];
    ByteBuffer pixels = buffer(bytes);
    int plane = width * height;
    for (int i = 0; i < plane; i++) {
      for (int c = 0; c < channels; c++) {
        pixels.putFloat(values[c * plane + i]);
      }
    }
    return new WrittenTiff(file(width, height, channels, 32, 3, bytes));
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] file(
      int width, int height, int channels, int bits, int kind, byte[] pixels) {
    int directory = 8;
    int lists = directory + 2 + 12 * TAGS + 4;
    int data = lists + 4 * channels;
    byte[] head = new byte[data];
    ByteBuffer out = buffer(head);
    out.putShort((short) 0x4949).putShort((short) 42).putInt(directory).putShort((short) TAGS);
    tag(out, 256, 4, 1, width);
    tag(out, 257, 4, 1, height);
    tag(out, 258, 3, channels, channels == 1 ? bits : channels == 2 ? bits << 16 | bits : lists);
    tag(out, 259, 3, 1, 1);
    tag(out, 262, 3, 1, 1);
    tag(out, 273, 4, 1, data);
    tag(out, 277, 3, 1, channels);
    tag(out, 278, 4, 1, height);
    tag(out, 279, 4, 1, pixels.length);
    tag(out, 284, 3, 1, 1);
    int kinds = lists + 2 * channels;
    tag(out, 339, 3, channels, channels == 1 ? kind : channels == 2 ? kind << 16 | kind : kinds);
    out.putInt(0);
    for (int c = 0; c < channels; c++) {
      out.putShort((short) bits);
    }
    for (int c = 0; c < channels; c++) {
      out.putShort((short) kind);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head);
    all.writeBytes(pixels);
    return all.toByteArray();
  }

  private static void tag(ByteBuffer out, int tag, int type, int count, int value) {
    out.putShort((short) tag).putShort((short) type).putInt(count).putInt(value);
  }

  /** The file. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Writes the file. */
  public Path to(Path path) throws IOException {
    return Files.write(path, bytes);
  }
}
