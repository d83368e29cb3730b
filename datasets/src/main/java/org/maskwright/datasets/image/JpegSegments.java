package org.maskwright.datasets.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a JPEG's application segments say before its image data. */
final class JpegSegments {
  private static final int EXIF_MARKER = 0xE1;
  private static final int ADOBE_MARKER = 0xEE;
  private static final int SCAN_MARKER = 0xDA;
  private static final int ADOBE_TRANSFORM = 11; // bytes behind the segment's length

  private static final int TIFF_DIRECTORY = 4;
  private static final int TIFF_ENTRY_BYTES = 12;
  private static final int ORIENTATION_TAG = 0x0112;

  private final byte[] file;

  JpegSegments(byte[] file) {
    this.file = file;
  }

  /** The colour transform of the segment "Adobe", -1 if there is none. */
  int adobeTransform() {
    ByteBuffer segment = find(ADOBE_MARKER, "Adobe");
    return segment == null || segment.limit() <= ADOBE_TRANSFORM
        ? -1
        : segment.get(ADOBE_TRANSFORM) & 0xFF;
  }

  /** EXIF's orientation 1 to 8: which way the stored raster is to be turned; 1 if none is said. */
  int orientation() {
    String id = "Exif\0\0";
    ByteBuffer segment = find(EXIF_MARKER, id);
    if (segment == null) {
      return 1;
    }
    ByteBuffer tiff = segment.slice(id.length(), segment.limit() - id.length());
    try {
      tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
      int directory = tiff.getInt(TIFF_DIRECTORY);
      int entries = tiff.getShort(directory) & 0xFFFF;
      for (int i = 0; i < entries; i++) {
        int entry = directory + 2 + TIFF_ENTRY_BYTES * i;
        if ((tiff.getShort(entry) & 0xFFFF) == ORIENTATION_TAG) {
          int orientation = tiff.getShort(entry + 8);
          return orientation >= 1 && orientation <= 8 ? orientation : 1;
        }
      }
    } catch (IndexOutOfBoundsException e) {
      return 1; // a damaged block says nothing, as with other decoders
    }
    return 1;
  }

  /** The content of the first segment of a kind, its name included, or null. */
  private ByteBuffer find(int wanted, String name) {
    byte[] start = name.getBytes(StandardCharsets.ISO_8859_1);
    int at = 2;
    while (at + 4 <= file.length && file[at] == (byte) 0xFF) {
      int marker = file[at + 1] & 0xFF;
      int length = (file[at + 2] & 0xFF) << 8 | (file[at + 3] & 0xFF);
      int end = at + 2 + length;
      if (marker == SCAN_MARKER || length < 2 || end > file.length) {
        break;
      }
      if (marker == wanted
          && length - 2 >= start.length
          && Arrays.equals(file, at + 4, at + 4 + start.length, start, 0, start.length)) {
        return ByteBuffer.wrap(file, at + 4, length - 2).slice();
      }
      at = end;
    }
    return null;
  }
}
