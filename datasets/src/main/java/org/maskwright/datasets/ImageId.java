package org.maskwright.datasets;

import java.util.Objects;

/**
 * The id of an image: COCO uses numbers, ADE20K's and Cityscapes' converted files strings.
 *
 * <p>The order is the official one, which decides ties between equal scores: numbers by value, then
 * strings by code point.
 *
 * @param number the id if it is a number, else 0
 * @param name the id if it is a string, else null
 */
public record ImageId(long number, String name) implements Comparable<ImageId> {
  public static ImageId of(long number) {
    return new ImageId(number, null);
  }

  public static ImageId of(String name) {
    return new ImageId(0, Objects.requireNonNull(name, "name"));
  }

  @Override
  public int compareTo(ImageId other) {
    if (name == null || other.name == null) {
      return name == null && other.name == null
          ? Long.compare(number, other.number)
          : Boolean.compare(name != null, other.name != null);
    }
    int i = 0;
    while (i < name.length() && i < other.name.length() && name.charAt(i) == other.name.charAt(i)) {
      i++;
    }
    if (i == name.length() || i == other.name.length()) {
      return Integer.compare(name.length(), other.name.length());
    }
    return Integer.compare(codePoint(name, i), codePoint(other.name, i));
  }

  /** The code point that char i belongs to; equal high surrogates before it make no difference. */
  private static int codePoint(String text, int i) {
    boolean low =
        i > 0
            && Character.isLowSurrogate(text.charAt(i))
            && Character.isHighSurrogate(text.charAt(i - 1));
    return text.codePointAt(low ? i - 1 : i);
  }

  @Override
  public String toString() {
    return name == null ? Long.toString(number) : name;
  }
}
