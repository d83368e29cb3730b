package org.maskwright.datasets.tiff;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.maskwright.datasets.DatasetException;

/**
 * The tags of the pages of a TIFF or BigTIFF, each a list of whole numbers.
 *
 * <p><b>Source</b> TIFF 6.0 (Adobe, 1992), sec. 2; for BigTIFF, whose offsets have 8 bytes, the
 * description of AWare Systems that libtiff follows.
 */
final class TiffTags {
  private static final int BIG = 43;
  private static final int MOST_ENTRIES = 4096;
  private static final int MOST_VALUES = 1 << 26;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int LONG8 = 16;
  private static final int IFD8 = 18;

  private final TiffSource file;
  private final ByteOrder order;
  private final boolean big;
  private final Set<Long> seen = new HashSet<>();
  private long next;

  TiffTags(TiffSource file) throws IOException {
    this.file = file;
    ByteBuffer head = bytes(0, Math.min(16, file.size()), ByteOrder.BIG_ENDIAN);
    if (head.limit() < 8) {
      throw new DatasetException("TIFF: truncated inside its header");
    }
    this.order = head.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    head.order(order);
    this.big = head.getShort(2) == BIG;
    if (big && head.limit() < 16) {
      throw new DatasetException("TIFF: truncated inside its header");
    }
    this.next = big ? head.getLong(8) : head.getInt(4) & 0xFFFFFFFFL;
  }

  ByteOrder order() {
    return order;
  }

  /** Whether there is a further page. */
  boolean hasPage() {
    return next != 0;
  }

  /** The tags of the next page by number; those that are no whole numbers are left out. */
  Map<Integer, long[]> page() throws IOException {
    if (!seen.add(next)) {
      throw new DatasetException("TIFF: damaged, its pages go round in a circle");
    }
    int countBytes = big ? 8 : 2;
    ByteBuffer head = bytes(next, countBytes, order);
    long entries = big ? head.getLong(0) : head.getShort(0) & 0xFFFF;
    if (entries < 1 || entries > MOST_ENTRIES) {
      throw new DatasetException("TIFF: damaged, a page of " + entries + " tags");
    }
    int entryBytes = big ? 20 : 12;
    int length = (int) entries * entryBytes;
    ByteBuffer table = bytes(next + countBytes, length + (big ? 8 : 4), order);
    Map<Integer, long[]> tags = new HashMap<>();
    for (int i = 0; i < entries; i++) {
      tag(table, i * entryBytes, tags);
    }
    next = big ? table.getLong(length) : table.getInt(length) & 0xFFFFFFFFL;
    return tags;
  }

  private void tag(ByteBuffer table, int at, Map<Integer, long[]> tags) throws IOException {
    int type = table.getShort(at + 2) & 0xFFFF;
    int bytes = size(type);
    if (bytes == 0) {
      return;
    }
    long count = big ? table.getLong(at + 4) : table.getInt(at + 4) & 0xFFFFFFFFL;
    if (count < 1 || count > MOST_VALUES) {
      return;
    }
    int inline = big ? 8 : 4;
    int field = at + (big ? 12 : 8);
    boolean here = count * bytes <= inline;
    ByteBuffer source = table;
    int from = field;
    if (!here) {
      long place = big ? table.getLong(field) : table.getInt(field) & 0xFFFFFFFFL;
      source = bytes(place, count * bytes, order);
      from = 0;
    }
    long[] values = new long[(int) count];
    for (int i = 0; i < count; i++) {
      int value = from + i * bytes;
      values[i] =
          switch (bytes) {
            case 1 -> source.get(value) & 0xFF;
            case 2 -> source.getShort(value) & 0xFFFF;
            case 4 -> source.getInt(value) & 0xFFFFFFFFL;
            default -> source.getLong(value);
          };
    }
    tags.put(table.getShort(at) & 0xFFFF, values);
  }

  /** Bytes of a number of a type, 0 if it is no whole number. */
  private static int size(int type) {
    return switch (type) {
      case 1 -> 1;
      case SHORT -> 2;
      case LONG, 13 -> 4;
      case LONG8, IFD8 -> 8;
      default -> 0;
    };
  }

  private ByteBuffer bytes(long at, long length, ByteOrder byteOrder) throws IOException {
    return ByteBuffer.wrap(read(file, at, length)).order(byteOrder);
  }

  /** Bytes of a file, all of them. */
  static byte[] read(TiffSource file, long at, long length) throws IOException {
    if (at < 0 || length < 0 || length > Integer.MAX_VALUE - 16 || at > file.size() - length) {
      throw new DatasetException(
          "TIFF: truncated, %d bytes at %d are not in its %d; fetch the file again"
              .formatted(length, at, file.size()));
    }
    byte[] bytes = new byte[(int) length];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      if (file.read(buffer, at + buffer.position()) < 0) {
        throw new DatasetException("TIFF: truncated; fetch the file again");
      }
    }
    return bytes;
  }
}
