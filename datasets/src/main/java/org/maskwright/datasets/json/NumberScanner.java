package org.maskwright.datasets.json;

import java.nio.charset.StandardCharsets;

/** Reads numbers at the place of a window. */
final class NumberScanner {
  private static final int MOST_DIGITS = 18; // a long holds them
  private static final int MOST_CHARACTERS = 100;
  private static final long MOST_EXACT = 1L << 53;

  /** Powers that a double holds exactly: one division of exact numbers rounds as it should. */
  private static final double[] POWERS = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18
  };

  private final FileWindow window;

  NumberScanner(FileWindow window) {
    this.window = window;
  }

  /** A whole number without a point. */
  long integer(long least, long most) throws Unusual {
    boolean negative = window.bytes[window.at] == '-';
    int from = negative ? window.at + 1 : window.at;
    int i = digits(from);
    int c = window.bytes[i];
    if (i - from > MOST_DIGITS || c == '.' || c == 'e' || c == 'E') {
      throw window.unexpected(i);
    }
    long value = value(from, i);
    window.at = i;
    value = negative ? -value : value;
    if (value < least || value > most) {
      throw Unusual.VALUE;
    }
    return value;
  }

  /** The end of a whole number's digits, of which there is one at least and no leading 0. */
  private int digits(int from) throws Unusual {
    int i = from;
    while (window.bytes[i] >= '0' && window.bytes[i] <= '9') {
      i++;
    }
    if (i == from || (window.bytes[from] == '0' && i > from + 1)) {
      throw window.unexpected(i);
    }
    return i;
  }

  private long value(int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      value = 10 * value + (window.bytes[i] - '0');
    }
    return value;
  }

  /** A finite number, rounded to the nearest double. */
  double number() throws Unusual {
    boolean negative = window.bytes[window.at] == '-';
    int from = negative ? window.at + 1 : window.at;
    int point = digits(from);
    int i = point;
    int decimals = 0;
    long value = point - from <= MOST_DIGITS ? value(from, point) : MOST_EXACT + 1;
    if (window.bytes[i] == '.') {
      i++;
      while (window.bytes[i] >= '0' && window.bytes[i] <= '9') {
        i++;
      }
      decimals = i - point - 1;
      if (decimals == 0) {
        throw window.unexpected(i);
      }
      if (i - 1 - from <= MOST_DIGITS) {
        value = value * (long) POWERS[decimals] + value(point + 1, i);
      } else {
        value = MOST_EXACT + 1;
      }
    }
    if (value > MOST_EXACT || window.bytes[i] == 'e' || window.bytes[i] == 'E') {
      return longNumber(i);
    }
    window.at = i;
    if (decimals == 0) {
      return negative ? -value : value; // -0 is a whole number: 0
    }
    double exact = value / POWERS[decimals];
    return negative ? -exact : exact;
  }

  private double longNumber(int endOfDigits) throws Unusual {
    int i = endOfDigits;
    if (window.bytes[i] == 'e' || window.bytes[i] == 'E') {
      i++;
      i += window.bytes[i] == '+' || window.bytes[i] == '-' ? 1 : 0;
      int from = i;
      while (window.bytes[i] >= '0' && window.bytes[i] <= '9') {
        i++;
      }
      if (i == from) {
        throw window.unexpected(i);
      }
    }
    if (i - window.at > MOST_CHARACTERS) {
      throw window.unexpected(i);
    }
    double value =
        Double.parseDouble(
            new String(window.bytes, window.at, i - window.at, StandardCharsets.US_ASCII));
    if (Double.isInfinite(value)) {
      throw Unusual.VALUE;
    }
    window.at = i;
    return value;
  }
}
