package org.maskwright.datasets.json;

import java.util.Arrays;

/** Reads texts at the place of a window, which is their first quote. */
final class TextScanner {
  private final FileWindow window;
  private int[] escapes = new int[16]; // the places of their backslashes

  TextScanner(FileWindow window) {
    this.window = window;
  }

  /** A text of ASCII, in which quotes, slashes and backslashes may be escaped. */
  byte[] read() throws Unusual {
    byte[] all = window.bytes;
    int from = window.at + 1;
    int count = 0;
    int i = from;
    int c;
    while ((c = all[i]) != '"') {
      if (c < ' ') { // or beyond ASCII
        throw window.unexpected(i);
      }
      if (c == '\\') {
        c = all[++i];
        if (c != '\\' && c != '/' && c != '"') {
          throw window.unexpected(i);
        }
        note(count++, i - 1);
      }
      i++;
    }
    window.at = i + 1;
    return count == 0 ? Arrays.copyOfRange(all, from, i) : unescaped(from, i, count);
  }

  private void note(int number, int place) {
    if (number == escapes.length) {
      escapes = Arrays.copyOf(escapes, 2 * number);
    }
    escapes[number] = place;
  }

  private byte[] unescaped(int from, int to, int count) {
    byte[] text = new byte[to - from - count];
    int at = from;
    int size = 0;
    for (int e = 0; e < count; e++) {
      int length = escapes[e] - at;
      System.arraycopy(window.bytes, at, text, size, length);
      size += length;
      at = escapes[e] + 1;
    }
    System.arraycopy(window.bytes, at, text, size, to - at);
    return text;
  }

  /** Passes any text. */
  void skip() throws Unusual {
    if (window.bytes[window.at] != '"') {
      throw window.unexpected(window.at);
    }
    int i = window.at + 1;
    int c;
    while ((c = window.bytes[i]) != '"') {
      if (c < 0) {
        i = afterLetter(i);
      } else if (c < ' ') {
        throw window.unexpected(i);
      } else {
        i = c == '\\' ? afterEscape(i + 1) : i + 1;
      }
    }
    window.at = i + 1;
  }

  /** Behind a character of two to four bytes. */
  private int afterLetter(int place) throws Unusual {
    int lead = window.bytes[place] & 0xff;
    if (lead < 0xc2 || lead > 0xf4) {
      throw Unusual.VALUE;
    }
    int last = place + (lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3);
    for (int i = place + 1; i <= last; i++) {
      if ((window.bytes[i] & 0xc0) != 0x80) {
        throw window.unexpected(i);
      }
    }
    return last + 1;
  }

  private int afterEscape(int place) throws Unusual {
    if (window.bytes[place] != 'u') {
      if ("\"\\/bfnrt".indexOf(window.bytes[place]) < 0) {
        throw window.unexpected(place);
      }
      return place + 1;
    }
    for (int i = place + 1; i < place + 5; i++) {
      if (Character.digit(window.bytes[i], 16) < 0) {
        throw window.unexpected(i);
      }
    }
    return place + 5;
  }
}
