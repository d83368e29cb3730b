package org.maskwright.datasets.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.maskwright.datasets.DatasetException;

/**
 * What the first bytes of an image file say, read before anything is decoded.
 *
 * @param format the kind of file
 * @param width columns as stored, before any rotation
 * @param height rows as stored
 * @param components colour components of a JPEG, 0 where the kind of file does not matter
 * @param end where a JPEG's frame header ends, 0 where the kind of file does not matter
 */
record ImageHeader(Format format, int width, int height, int components, int end) {
  enum Format {
    JPEG,
    PNG,
    BMP,
    TIFF,
    WEBP
  }

  /** The length of a BMP header with sides of 16 bits, as OS/2 wrote it. */
  private static final int OS2_HEADER = 12;

  private ImageHeader(Format format, int width, int height) {
    this(format, width, height, 0, 0);
  }

  /**
   * The header of {@code file}.
   *
   * @throws DatasetException if the format is not known or the header is cut off
   */
  static ImageHeader read(byte[] file) {
    try {
      if (file.length >= 2 && (file[0] & 0xFF) == 0xFF && (file[1] & 0xFF) == 0xD8) {
        return jpeg(file);
      }
      if (PngChunks.isPng(file)) {
        return new ImageHeader(Format.PNG, int32(file, 16), int32(file, 20));
      }
      if (startsWith(file, "BM")) {
        ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        return buffer.getInt(14) == OS2_HEADER
            ? new ImageHeader(
                Format.BMP, buffer.getShort(18) & 0xFFFF, buffer.getShort(20) & 0xFFFF)
            : new ImageHeader(Format.BMP, buffer.getInt(18), Math.abs(buffer.getInt(22)));
      }
      if (startsWith(file, "II*\0") || startsWith(file, "MM\0*")) {
        return tiff(file);
      }
      if (startsWith(file, "II+\0") || startsWith(file, "MM\0+")) {
        throw new DatasetException(
            "image: a BigTIFF, which is not read; save it as TIFF, PNG or JPEG");
      }
      if (startsWith(file, "RIFF") && "WEBP".equals(text(file, 8))) {
        return webp(file);
      }
    } catch (IndexOutOfBoundsException e) {
      throw new DatasetException(
          "image: the file ends inside its header after " + file.length + " bytes", e);
    }
    throw new DatasetException(
        file.length == 0
            ? "image: the file is empty"
            : "image: expected a JPEG, PNG, BMP, TIFF or WebP file, the first bytes are those of none");
  }

  private static ImageHeader jpeg(byte[] file) {
    int at = 2;
    while (true) {
      while (file[at] != (byte) 0xFF) {
        at++;
      }
      int marker = file[at + 1] & 0xFF;
      if (marker == 0xFF) {
        at++;
        continue;
      }
      if (marker == 0xDA || marker == 0xD9) {
        throw new DatasetException("JPEG: no frame header before the image data");
      }
      if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
        at += 2;
        continue;
      }
      boolean frame = marker >= 0xC0 && marker <= 0xCF;
      if (frame && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
        int end = at + 2 + int16(file, at + 2);
        return new ImageHeader(
            Format.JPEG, int16(file, at + 7), int16(file, at + 5), file[at + 9] & 0xFF, end);
      }
      at += 2 + Math.max(2, int16(file, at + 2));
    }
  }

  private static ImageHeader tiff(byte[] file) {
    ByteBuffer buffer =
        ByteBuffer.wrap(file)
            .order(file[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = buffer.getInt(4);
    int entries = buffer.getShort(directory) & 0xFFFF;
    int width = 0;
    int height = 0;
    for (int i = 0; i < entries; i++) {
      int entry = directory + 2 + 12 * i;
      int tag = buffer.getShort(entry) & 0xFFFF;
      boolean isShort = buffer.getShort(entry + 2) == 3;
      if (tag == 256) {
        width = isShort ? buffer.getShort(entry + 8) & 0xFFFF : buffer.getInt(entry + 8);
      } else if (tag == 257) {
        height = isShort ? buffer.getShort(entry + 8) & 0xFFFF : buffer.getInt(entry + 8);
      }
    }
    return new ImageHeader(Format.TIFF, width, height);
  }

  private static ImageHeader webp(byte[] file) {
    ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    return switch (text(file, 12)) {
      case "VP8 " ->
          new ImageHeader(Format.WEBP, buffer.getShort(26) & 0x3FFF, buffer.getShort(28) & 0x3FFF);
      case "VP8L" -> {
        int bits = buffer.getInt(21);
        yield new ImageHeader(Format.WEBP, 1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF));
      }
      case "VP8X" ->
          new ImageHeader(
              Format.WEBP,
              1 + (buffer.getInt(24) & 0xFFFFFF),
              1 + ((buffer.getInt(26) >>> 8) & 0xFFFFFF));
      default -> throw new DatasetException("WebP: unknown chunk \"" + text(file, 12) + "\"");
    };
  }

  private static boolean startsWith(byte[] file, String magic) {
    byte[] bytes = magic.getBytes(StandardCharsets.ISO_8859_1);
    return file.length >= bytes.length
        && Arrays.equals(file, 0, bytes.length, bytes, 0, bytes.length);
  }

  private static String text(byte[] file, int at) {
    return new String(file, at, 4, StandardCharsets.ISO_8859_1);
  }

  private static int int16(byte[] file, int at) {
    return (file[at] & 0xFF) << 8 | (file[at + 1] & 0xFF);
  }

  private static int int32(byte[] file, int at) {
    return int16(file, at) << 16 | int16(file, at + 2);
  }
}
