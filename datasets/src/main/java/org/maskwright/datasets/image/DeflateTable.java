package org.maskwright.datasets.image;

import java.util.Arrays;
import org.maskwright.datasets.DatasetException;

/**
 * A prefix code of deflate as a table that is indexed by the next bits of the stream, with second
 * tables for codes longer than the index.
 *
 * <p>An entry is an int: bits 0 to 4 the length of the code, bits 8 to 23 a value (a literal, the
 * least length or distance, the start of a second table), bits 24 to 27 the number of extra bits
 * (or the bits that index the second table), above them one of the flags. 0 is no code.
 */
final class DeflateTable {
  static final int LITERAL = 1 << 28;
  static final int LENGTH = 1 << 29;
  static final int END = 1 << 30;

  /** The code goes on: the entry says where its second table is. */
  static final int LONGER = 1 << 31;

  private static final int BITS = 0x1f;
  private static final int VALUE_SHIFT = 8;
  private static final int VALUE_MASK = 0xffff;
  private static final int EXTRA_SHIFT = 24;
  private static final int EXTRA_MASK = 15;
  private static final int MAX_CODE_BITS = 15;
  private static final int MAX_SYMBOLS = 288;

  /** What lengths of codes are accepted. */
  enum Shape {
    /** No code is missing. */
    COMPLETE,
    /** Complete, or a single code of one bit, or no code at all. */
    COMPLETE_OR_SINGLE
  }

  private final int indexBits;
  private final Shape shape;
  private final int[] symbols;
  private final int[] codes = new int[MAX_SYMBOLS];
  private final int[] deepest; // of each index the longest code that starts with it
  private int[] entries;

  /**
   * @param symbols the entry of each symbol, less the code's length
   */
  DeflateTable(int indexBits, Shape shape, int[] symbols) {
    this.indexBits = indexBits;
    this.shape = shape;
    this.symbols = symbols;
    this.deepest = new int[1 << indexBits];
    this.entries = new int[2 << indexBits];
  }

  static int symbol(int flag, int value, int extraBits) {
    return flag | extraBits << EXTRA_SHIFT | value << VALUE_SHIFT;
  }

  /** The bits of the code itself. */
  static int codeBits(int entry) {
    return entry & BITS;
  }

  static int value(int entry) {
    return entry >> VALUE_SHIFT & VALUE_MASK;
  }

  static int extraBits(int entry) {
    return entry >> EXTRA_SHIFT & EXTRA_MASK;
  }

  /** Where the entry is that an entry with {@link #LONGER} stands for. */
  static int second(int entry, long ahead) {
    return value(entry) + ((int) (ahead >>> codeBits(entry)) & (1 << extraBits(entry)) - 1);
  }

  /** The table; its first part is indexed by the next {@link #indexMask} bits. */
  int[] entries() {
    return entries;
  }

  int indexMask() {
    return (1 << indexBits) - 1;
  }

  /**
   * Builds the canonical code of lengths {@code lengths[from]} to {@code lengths[from + n - 1]}.
   *
   * @throws DatasetException if no code has these lengths
   */
  void build(byte[] lengths, int from, int n) {
    int[] next = firstCodes(lengths, from, n);
    Arrays.fill(deepest, 0);
    for (int i = 0; i < n; i++) {
      int length = lengths[from + i];
      if (length > 0) {
        codes[i] = Integer.reverse(next[length]++) >>> (Integer.SIZE - length);
        int start = codes[i] & indexMask();
        deepest[start] = Math.max(deepest[start], length);
      }
    }
    linkSecondTables();
    for (int i = 0; i < n; i++) {
      int length = lengths[from + i];
      if (length > 0 && symbols[i] != 0) {
        put(codes[i], length, symbols[i] | length);
      }
    }
  }

  private void linkSecondTables() {
    int size = deepest.length;
    for (int longest : deepest) {
      size += longest > indexBits ? 1 << (longest - indexBits) : 0;
    }
    if (size > entries.length) {
      entries = new int[size];
    }
    Arrays.fill(entries, 0);
    int free = deepest.length;
    for (int start = 0; start < deepest.length; start++) {
      int more = deepest[start] - indexBits;
      if (more > 0) {
        entries[start] = symbol(LONGER, free, more) | indexBits;
        free += 1 << more;
      }
    }
  }

  /** Writes an entry at every index that starts with its code. */
  private void put(int code, int length, int entry) {
    int from = 0;
    int bits = indexBits;
    int rest = code;
    int restLength = length;
    if (length > indexBits) {
      int link = entries[code & indexMask()];
      from = value(link);
      bits = extraBits(link);
      rest = code >> indexBits;
      restLength = length - indexBits;
    }
    for (int i = rest; i < 1 << bits; i += 1 << restLength) {
      entries[from + i] = entry;
    }
  }

  /** The first code of each length. */
  private int[] firstCodes(byte[] lengths, int from, int n) {
    int[] perLength = new int[MAX_CODE_BITS + 1];
    for (int i = 0; i < n; i++) {
      perLength[lengths[from + i]]++;
    }
    boolean none = perLength[0] == n;
    perLength[0] = 0;
    int[] first = new int[MAX_CODE_BITS + 1];
    int free = 1;
    int longest = 0;
    for (int length = 1; length <= MAX_CODE_BITS; length++) {
      first[length] = 2 * (first[length - 1] + perLength[length - 1]);
      free = 2 * free - perLength[length];
      longest = perLength[length] > 0 ? length : longest;
      if (free < 0) {
        throw wrongLengths();
      }
    }
    boolean single = shape == Shape.COMPLETE_OR_SINGLE && (none || longest == 1);
    if (free > 0 && !single) {
      throw wrongLengths();
    }
    return first;
  }

  static DatasetException wrongLengths() {
    return new DatasetException("damaged PNG: wrong code lengths in the image data");
  }
}
