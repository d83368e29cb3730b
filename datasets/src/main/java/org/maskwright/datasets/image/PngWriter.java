package org.maskwright.datasets.image;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.maskwright.datasets.image.LabelPng.PixelKind;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Writes label maps. Rows are not filtered: the repeats of a label map are what deflate finds by
 * itself, and unfiltered rows are the quickest to read.
 */
final class PngWriter {
  private static final long SIGNATURE = 0x89504e470d0a1a0aL;
  private static final int BLOCK_BYTES = 1 << 16;

  private PngWriter() {}

  static byte[] encode(LabelMap map, PixelKind kind, int depth, int[] paletteRgb) {
    int limit = paletteRgb != null ? paletteRgb.length : 1 << (kind.channels * depth);
    if (paletteRgb != null && (limit < 1 || limit > 256)) {
      throw new IllegalArgumentException("palette of " + limit + " colours, expected 1 to 256");
    }
    checkLabels(map, limit);
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(BLOCK_BYTES);
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeLong(SIGNATURE);
      chunk(out, "IHDR", header(map, kind, depth));
      if (paletteRgb != null) {
        chunk(out, "PLTE", palette(paletteRgb));
      }
      chunk(out, "IDAT", deflate(map, kind.channels * depth / 8));
      chunk(out, "IEND", new byte[0]);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // never: all is in memory
    }
  }

  private static void checkLabels(LabelMap map, int limit) {
    int[] labels = map.labels();
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= limit) {
        throw new IllegalArgumentException(
            "label "
                + labels[i]
                + " at ("
                + i % map.width()
                + ", "
                + i / map.width()
                + "): expected 0 to "
                + (limit - 1)
                + " for this kind of PNG");
      }
    }
  }

  private static byte[] header(LabelMap map, PixelKind kind, int depth) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(map.width());
    out.writeInt(map.height());
    out.write(depth);
    out.write(kind.code);
    out.write(new byte[3]);
    return bytes.toByteArray();
  }

  private static byte[] palette(int[] rgb) {
    byte[] bytes = new byte[rgb.length * 3];
    for (int i = 0; i < rgb.length; i++) {
      bytes[3 * i] = (byte) (rgb[i] >> 16);
      bytes[3 * i + 1] = (byte) (rgb[i] >> 8);
      bytes[3 * i + 2] = (byte) rgb[i];
    }
    return bytes;
  }

  private static byte[] deflate(LabelMap map, int pixelBytes) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(BLOCK_BYTES);
    byte[] row = new byte[map.width() * pixelBytes + 1];
    byte[] buffer = new byte[BLOCK_BYTES];
    Deflater deflater = new Deflater();
    try {
      for (int y = 0; y < map.height(); y++) {
        fillRow(map, y, pixelBytes, row);
        deflater.setInput(row);
        drain(deflater, buffer, compressed);
      }
      deflater.finish();
      drain(deflater, buffer, compressed);
    } finally {
      deflater.end();
    }
    return compressed.toByteArray();
  }

  private static void fillRow(LabelMap map, int y, int pixelBytes, byte[] row) {
    int[] labels = map.labels();
    int at = y * map.width();
    int to = 1;
    for (int x = 0; x < map.width(); x++) {
      int label = labels[at + x];
      if (pixelBytes == 1) {
        row[to++] = (byte) label;
      } else if (pixelBytes == 2) {
        row[to++] = (byte) (label >> 8);
        row[to++] = (byte) label;
      } else {
        row[to++] = (byte) label;
        row[to++] = (byte) (label >> 8);
        row[to++] = (byte) (label >> 16);
      }
    }
  }

  private static void drain(Deflater deflater, byte[] buffer, ByteArrayOutputStream target) {
    while (true) {
      int n = deflater.deflate(buffer);
      if (n == 0) {
        return;
      }
      target.write(buffer, 0, n);
    }
  }

  private static void chunk(DataOutputStream out, String type, byte[] content) throws IOException {
    out.writeInt(content.length);
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(content);
    out.write(name);
    out.write(content);
    out.writeInt((int) crc.getValue());
  }
}
