package org.maskwright.datasets.image;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.maskwright.datasets.DatasetException;

/** Checks that a PNG is whole: its chunks reach to the end chunk and carry the right checksums. */
final class PngChunks {
  private static final int SIGNATURE_BYTES = 8;
  private static final int OVERHEAD_BYTES = 12; // length, type, checksum
  private static final int END = 0x49454E44; // "IEND"

  private PngChunks() {}

  static void check(byte[] file) {
    ByteBuffer buffer = ByteBuffer.wrap(file);
    int at = SIGNATURE_BYTES;
    while (at + OVERHEAD_BYTES <= file.length) {
      int length = buffer.getInt(at);
      if (length < 0 || length > file.length - at - OVERHEAD_BYTES) {
        break;
      }
      CRC32 crc = new CRC32();
      crc.update(file, at + 4, length + 4);
      if ((int) crc.getValue() != buffer.getInt(at + 8 + length)) {
        throw new DatasetException("PNG: wrong checksum at byte " + at + ", the file is damaged");
      }
      if (buffer.getInt(at + 4) == END) {
        return;
      }
      at += OVERHEAD_BYTES + length;
    }
    throw new DatasetException(
        "PNG: truncated after " + file.length + " bytes; fetch the file again");
  }
}
