package org.maskwright.datasets.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The keys of an object that matter to its reader. */
final class JsonKeys {
  /** Of {@link #find}: none of these. */
  static final int OTHER = -1;

  /** Of {@link #find}: perhaps one of these, written with escapes. */
  static final int DISGUISED = -2;

  /** No key matters. */
  static final JsonKeys NONE = new JsonKeys(List.of());

  private final String[] names;
  private final byte[][] bytes;

  /**
   * @param names in ASCII, in the order in which they are looked for
   */
  JsonKeys(List<String> names) {
    this.names = names.toArray(new String[0]);
    this.bytes = new byte[this.names.length][];
    Arrays.setAll(bytes, i -> this.names[i].getBytes(StandardCharsets.US_ASCII));
  }

  String name(int index) {
    return names[index];
  }

  /** Which of these a text without its quotes is. */
  int find(byte[] text, int from, int to) {
    for (int k = 0; k < bytes.length; k++) {
      if (bytes[k].length == to - from && matches(bytes[k], text, from)) {
        return k;
      }
    }
    for (int i = from; i < to && bytes.length > 0; i++) {
      if (text[i] == '\\') {
        return DISGUISED;
      }
    }
    return OTHER;
  }

  private static boolean matches(byte[] key, byte[] text, int from) {
    int i = 0;
    while (i < key.length && key[i] == text[from + i]) {
      i++;
    }
    return i == key.length;
  }
}
