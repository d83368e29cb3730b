package org.maskwright.datasets.image;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(BLOCK_BYTES);
      write(LabelRows.of(map), kind, depth, paletteRgb, bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // never: all is in memory
    }
  }

  static void write(
      LabelRows labels, PixelKind kind, int depth, int[] paletteRgb, OutputStream target)
      throws IOException {
    int limit = paletteRgb != null ? paletteRgb.length : 1 << (kind.channels * depth);
    if (paletteRgb != null && (limit < 1 || limit > 256)) {
      throw new IllegalArgumentException("palette of " + limit + " colours, expected 1 to 256");
    }
    DataOutputStream out = new DataOutputStream(target);
    out.writeLong(SIGNATURE);
    chunk(out, "IHDR", header(labels, kind, depth));
    if (paletteRgb != null) {
      chunk(out, "PLTE", palette(paletteRgb));
    }
    deflate(labels, kind.channels * depth / 8, limit, out);
    chunk(out, "IEND", new byte[0]);
    out.flush();
  }

  private static void checkLabels(int[] row, int y, int limit) {
    for (int x = 0; x < row.length; x++) {
      if (row[x] < 0 || row[x] >= limit) {
        throw new IllegalArgumentException(
            "label %d at (%d, %d): expected 0 to %d for this kind of PNG"
                .formatted(row[x], x, y, limit - 1));
      }
    }
  }

  private static byte[] header(LabelRows labels, PixelKind kind, int depth) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(labels.width());
    out.writeInt(labels.height());
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

  private static void deflate(LabelRows labels, int pixelBytes, int limit, DataOutputStream out)
      throws IOException {
    int[] row = new int[labels.width()];
    byte[] bytes = new byte[labels.width() * pixelBytes + 1];
    byte[] block = new byte[BLOCK_BYTES];
    Deflater deflater = new Deflater();
    try {
      int filled = 0;
      for (int y = 0; y < labels.height(); y++) {
        labels.row(y, row);
        checkLabels(row, y, limit);
        fillRow(row, pixelBytes, bytes);
        deflater.setInput(bytes);
        filled = drain(deflater, block, filled, out);
      }
      deflater.finish();
      filled = drain(deflater, block, filled, out);
      chunk(out, "IDAT", Arrays.copyOf(block, filled));
    } finally {
      deflater.end();
    }
  }

  private static void fillRow(int[] labels, int pixelBytes, byte[] row) {
    int to = 1;
    for (int label : labels) {
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

  /** Takes what is compressed, and writes a chunk whenever the block is full; its new length. */
  private static int drain(Deflater deflater, byte[] block, int filled, DataOutputStream out)
      throws IOException {
    int length = filled;
    while (true) {
      int n = deflater.deflate(block, length, block.length - length);
      if (n == 0) {
        return length;
      }
      length += n;
      if (length == block.length) {
        chunk(out, "IDAT", block);
        length = 0;
      }
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
