package org.maskwright.datasets.json;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.maskwright.datasets.ImageId;

/**
 * Reads the JSON that tools write, as bytes, in a fifth of the time of a general parser. It takes
 * less than JSON allows and nothing that JSON forbids: whatever else it meets is {@link Unusual},
 * for {@link JsonFile} to read or to refuse, with its place.
 *
 * <p>A window on the file moves along with the elements of a list ({@link #whole}); what is read
 * within an element may lie anywhere in it.
 *
 * <p><b>Memory</b> the window: 256 KiB, or twice the longest element, at most 64 MiB.
 * <b>Threads</b> one; several scanners may share a channel.
 */
final class JsonScanner {
  /** Reads one value that begins at the scanner's place. */
  @FunctionalInterface
  interface Value<T> {
    T read(JsonScanner in) throws Unusual;
  }

  private static final int MOST_DEPTH = 50;

  private final FileWindow window;
  private final NumberScanner numbers;
  private final TextScanner texts;
  private boolean another;
  private ImageId image = ImageId.of(0); // the last one

  /**
   * At the beginning of a file.
   *
   * @param size the bytes to read at once, see {@link FileWindow#SIZE}
   */
  JsonScanner(FileChannel file, int size) {
    window = new FileWindow(file, size);
    numbers = new NumberScanner(window);
    texts = new TextScanner(window);
  }

  /** Goes to a place of the file. */
  void moveTo(long position) {
    window.moveTo(position);
  }

  /** The place in the file. */
  long position() {
    return window.position();
  }

  /**
   * Reads a value that may end beyond the window, which then moves or grows, and the value is read
   * again from its beginning.
   */
  <T> T whole(Value<T> value) throws Unusual, IOException {
    int start = window.at;
    while (true) {
      try {
        return value.read(this);
      } catch (Unusual e) {
        if (e != Unusual.WINDOW_ENDS || !window.more(start)) {
          throw e;
        }
        start = 0;
      }
    }
  }

  /**
   * Reads an element of a list and what stands behind it: a comma, or the list's end ({@link
   * #another}).
   */
  <T> T element(Value<T> value) throws Unusual, IOException {
    return whole(
        in -> {
          T read = value.read(in);
          another = in.nextElement();
          return read;
        });
  }

  /** Whether another element stands behind that which was read last. */
  boolean another() {
    return another;
  }

  /** The next byte that is no space, which is not passed. */
  int peek() throws Unusual {
    int i = window.at;
    int c = window.bytes[i];
    while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      c = window.bytes[++i];
    }
    window.at = i;
    if (c == 0) {
      throw window.unexpected(i);
    }
    return c;
  }

  /** Passes the next byte that is no space, which must be this. */
  void expect(int c) throws Unusual {
    if (peek() != c) {
      throw Unusual.VALUE;
    }
    window.at++;
  }

  /** Passes spaces to the file's end; false if anything else is there. */
  boolean nothingFollows() throws IOException {
    while (true) {
      try {
        peek();
        return false;
      } catch (Unusual e) {
        if (e != Unusual.WINDOW_ENDS) {
          return false;
        }
        if (!window.more(window.at)) {
          return true;
        }
      }
    }
  }

  /** Begins a list; false if it ends at once. */
  boolean firstElement() throws Unusual {
    expect('[');
    if (peek() == ']') {
      window.at++;
      return false;
    }
    return true;
  }

  /** Goes on to the next element; false at the list's end. */
  boolean nextElement() throws Unusual {
    int c = peek();
    window.at++;
    if (c == ',') {
      peek();
      return true;
    }
    if (c != ']') {
      throw Unusual.VALUE;
    }
    return false;
  }

  /**
   * Begins an object.
   *
   * @param known keys that matter
   * @return the first key, or "" for one that does not matter; null if the object ends at once
   */
  String firstKey(JsonKeys known) throws Unusual {
    expect('{');
    if (peek() == '}') {
      window.at++;
      return null;
    }
    return key(known);
  }

  /** The next key, as {@link #firstKey}; null at the object's end. */
  String nextKey(JsonKeys known) throws Unusual {
    int c = peek();
    window.at++;
    if (c == ',') {
      peek();
      return key(known);
    }
    if (c != '}') {
      throw Unusual.VALUE;
    }
    return null;
  }

  private String key(JsonKeys known) throws Unusual {
    int from = window.at + 1;
    texts.skip();
    int index = known.find(window.bytes, from, window.at - 1);
    if (index == JsonKeys.DISGUISED) {
      throw Unusual.VALUE;
    }
    expect(':');
    peek();
    return index < 0 ? "" : known.name(index);
  }

  boolean isNull() throws Unusual {
    return peek() == 'n';
  }

  /** Passes null, false or true. */
  void word(String word) throws Unusual {
    for (int i = 0; i < word.length(); i++) {
      if (window.bytes[window.at + i] != word.charAt(i)) {
        throw window.unexpected(window.at + i);
      }
    }
    window.at += word.length();
  }

  /** 0, 1, false, true or null, which is false. */
  boolean flag() throws Unusual {
    switch (peek()) {
      case 't' -> {
        word("true");
        return true;
      }
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> {
        return integer(0, 1) == 1;
      }
    }
    return false;
  }

  /** A whole number without a point. */
  long integer(long least, long most) throws Unusual {
    peek();
    return numbers.integer(least, most);
  }

  /** A finite number, rounded to the nearest double. */
  double number() throws Unusual {
    peek();
    return numbers.number();
  }

  /** A number of a range. */
  double number(double least, double most) throws Unusual {
    double value = number();
    if (value < least || value > most) {
      throw Unusual.VALUE;
    }
    return value;
  }

  /** A text of ASCII, in which quotes, slashes and backslashes may be escaped. */
  byte[] text() throws Unusual {
    if (peek() != '"') {
      throw Unusual.VALUE;
    }
    return texts.read();
  }

  /** A number or a text; what follows another of the same is the same object. */
  ImageId imageId() throws Unusual {
    if (peek() == '"') {
      String name = new String(text(), StandardCharsets.US_ASCII);
      if (!name.equals(image.name())) {
        image = ImageId.of(name);
      }
      return image;
    }
    long number = integer(Long.MIN_VALUE, Long.MAX_VALUE);
    if (image.name() != null || image.number() != number) {
      image = ImageId.of(number);
    }
    return image;
  }

  /**
   * Passes a value of any kind.
   *
   * @return true
   */
  boolean skip() throws Unusual {
    skip(MOST_DEPTH);
    return true;
  }

  private void skip(int depth) throws Unusual {
    if (depth == 0) {
      throw Unusual.VALUE;
    }
    switch (peek()) {
      case '"' -> texts.skip();
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      case '[' -> {
        for (boolean more = firstElement(); more; more = nextElement()) {
          skip(depth - 1);
        }
      }
      case '{' -> {
        for (String key = firstKey(JsonKeys.NONE); key != null; key = nextKey(JsonKeys.NONE)) {
          skip(depth - 1);
        }
      }
      default -> number();
    }
  }

  /**
   * Passes an object or a list without looking into it, but for brackets and texts.
   *
   * @return what was passed, which may be no JSON at all
   */
  byte[] unread() throws Unusual {
    int from = window.at;
    int depth = 0;
    int i = window.at;
    do {
      int c = window.bytes[i++];
      if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      } else if (c == '"') {
        i = afterText(i);
      } else if (c == 0) {
        throw window.unexpected(i - 1);
      }
    } while (depth > 0);
    window.at = i;
    return Arrays.copyOfRange(window.bytes, from, i);
  }

  private int afterText(int place) throws Unusual {
    int i = place;
    while (window.bytes[i] != '"') {
      if (window.bytes[i] == 0) {
        throw window.unexpected(i);
      }
      i += window.bytes[i] == '\\' && i + 1 < window.end ? 2 : 1;
    }
    return i + 1;
  }

  /**
   * The first place from here on where an object begins behind another one of a list, as far as can
   * be told from a brace, a comma and a brace: it may lie within a text or a list of another.
   *
   * @param first places before this one do not count
   * @return {@code beyond} if there is none before it
   */
  long objectBehindComma(long first, long beyond) throws IOException {
    int last = 0; // the last byte that is no space
    int before = 0; // the one before it
    do {
      for (; window.at < window.end; window.at++) {
        int c = window.bytes[window.at];
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
          continue;
        }
        if (c == '{' && last == ',' && before == '}' && position() >= first) {
          return Math.min(position(), beyond);
        }
        before = last;
        last = c;
      }
    } while (position() < beyond && window.more(window.at));
    return beyond;
  }
}
