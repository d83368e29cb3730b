package org.maskwright.datasets.image;

import java.util.Arrays;
import org.maskwright.datasets.image.DeflateTable.Shape;

/** The two prefix codes of a deflate block, and how their lengths are transmitted. */
final class DeflateCodes {
  private static final int LITERAL_INDEX_BITS = 10;
  private static final int DISTANCE_INDEX_BITS = 8;
  private static final int LENGTH_INDEX_BITS = 7;
  private static final int END_OF_BLOCK = 256;
  private static final int MAX_LITERALS = 286;
  private static final int MAX_DISTANCES = 30;

  /** Symbols of the fixed codes; those from {@link #MAX_LITERALS} on have codes but no meaning. */
  private static final int FIXED_LITERALS = 288;

  private static final int FIXED_DISTANCES = 32;
  private static final int REPEAT_LAST = 16;
  private static final int REPEAT_ZERO_LONG = 18;

  /** The order in which the lengths of the lengths' code are transmitted. */
  private static final int[] LENGTH_ORDER = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
  };

  private static final int[] LITERAL_SYMBOLS = literalSymbols();
  private static final int[] DISTANCE_SYMBOLS = distanceSymbols();
  private static final int[] LENGTH_SYMBOLS = lengthSymbols();

  final DeflateTable literals =
      new DeflateTable(LITERAL_INDEX_BITS, Shape.COMPLETE_OR_SINGLE, LITERAL_SYMBOLS);
  final DeflateTable distances =
      new DeflateTable(DISTANCE_INDEX_BITS, Shape.COMPLETE_OR_SINGLE, DISTANCE_SYMBOLS);
  private final DeflateTable ofLengths =
      new DeflateTable(LENGTH_INDEX_BITS, Shape.COMPLETE, LENGTH_SYMBOLS);
  private final byte[] lengthsOfLengths = new byte[LENGTH_ORDER.length];
  private final byte[] lengths = new byte[FIXED_LITERALS + FIXED_DISTANCES];
  private int literalCount;
  private int total;
  private int known;

  private static int[] literalSymbols() {
    int[] symbols = new int[FIXED_LITERALS];
    for (int i = 0; i < END_OF_BLOCK; i++) {
      symbols[i] = DeflateTable.symbol(DeflateTable.LITERAL, i, 0);
    }
    symbols[END_OF_BLOCK] = DeflateTable.END;
    int length = 3;
    for (int i = END_OF_BLOCK + 1; i < MAX_LITERALS - 1; i++) {
      int extra = Math.max(0, (i - END_OF_BLOCK - 1) / 4 - 1);
      symbols[i] = DeflateTable.symbol(DeflateTable.LENGTH, length, extra);
      length += 1 << extra;
    }
    symbols[MAX_LITERALS - 1] = DeflateTable.symbol(DeflateTable.LENGTH, 258, 0);
    return symbols;
  }

  private static int[] distanceSymbols() {
    int[] symbols = new int[FIXED_DISTANCES];
    int distance = 1;
    for (int i = 0; i < MAX_DISTANCES; i++) {
      int extra = Math.max(0, i / 2 - 1);
      symbols[i] = DeflateTable.symbol(0, distance, extra);
      distance += 1 << extra;
    }
    return symbols;
  }

  private static int[] lengthSymbols() {
    int[] symbols = new int[LENGTH_ORDER.length];
    int[] repeatBits = {2, 3, 7};
    for (int i = 0; i < symbols.length; i++) {
      int extra = i < REPEAT_LAST ? 0 : repeatBits[i - REPEAT_LAST];
      symbols[i] = DeflateTable.symbol(DeflateTable.LITERAL, i, extra);
    }
    return symbols;
  }

  /** The codes of blocks that transmit none. */
  void setFixed() {
    Arrays.fill(lengths, 0, 144, (byte) 8);
    Arrays.fill(lengths, 144, 256, (byte) 9);
    Arrays.fill(lengths, 256, 280, (byte) 7);
    Arrays.fill(lengths, 280, FIXED_LITERALS, (byte) 8);
    Arrays.fill(lengths, FIXED_LITERALS, lengths.length, (byte) 5);
    literals.build(lengths, 0, FIXED_LITERALS);
    distances.build(lengths, FIXED_LITERALS, FIXED_DISTANCES);
  }

  void startLengths(int literalCodes, int distanceCodes) {
    if (literalCodes > MAX_LITERALS || distanceCodes > MAX_DISTANCES) {
      throw DeflateTable.wrongLengths();
    }
    literalCount = literalCodes;
    total = literalCodes + distanceCodes;
    known = 0;
    Arrays.fill(lengthsOfLengths, (byte) 0);
  }

  /** The {@code place}-th transmitted length of a length's code. */
  void addLengthOfLength(int place, int length) {
    lengthsOfLengths[LENGTH_ORDER[place]] = (byte) length;
  }

  void buildCodeOfLengths() {
    ofLengths.build(lengthsOfLengths, 0, lengthsOfLengths.length);
  }

  boolean wantsLength() {
    return known < total;
  }

  /** The entry of the next length's symbol, as {@link DeflateTable} describes it. */
  int lengthEntry(int ahead) {
    int entry = ofLengths.entries()[ahead & ofLengths.indexMask()];
    if (entry == 0) {
      throw DeflateTable.wrongLengths();
    }
    return entry;
  }

  /**
   * @param symbol a length, 16 to repeat the last one, 17 or 18 to repeat zero
   * @param more the symbol's extra bits
   */
  void addLength(int symbol, int more) {
    int repeat = 1;
    byte length = (byte) symbol;
    if (symbol >= REPEAT_LAST) {
      repeat = more + (symbol == REPEAT_ZERO_LONG ? 11 : 3);
      if (symbol == REPEAT_LAST && known == 0 || repeat > total - known) {
        throw DeflateTable.wrongLengths();
      }
      length = symbol == REPEAT_LAST ? lengths[known - 1] : 0;
    }
    Arrays.fill(lengths, known, known + repeat, length);
    known += repeat;
  }

  /** Builds the codes of the lengths that were added. */
  void build() {
    if (lengths[END_OF_BLOCK] == 0) {
      throw DeflateTable.wrongLengths();
    }
    literals.build(lengths, 0, literalCount);
    distances.build(lengths, literalCount, total - literalCount);
  }
}
