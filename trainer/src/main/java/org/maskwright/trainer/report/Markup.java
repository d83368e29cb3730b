package org.maskwright.trainer.report;

import java.util.Locale;

/**
 * HTML that is well-formed XML too. What is text cannot become markup, whatever it holds: it is
 * escaped, characters that no document may hold are replaced, and it is cut off where it is longer
 * than anybody reads.
 */
final class Markup {
  /** Characters of a text that are shown. */
  static final int LONGEST = 600;

  /** Characters of a name. */
  static final int LONGEST_NAME = 60;

  /** As long as systems let a path be. */
  private static final int LONGEST_COMMAND = 8192;

  private static final int REPLACEMENT = 0xFFFD;

  private final StringBuilder out = new StringBuilder();

  /**
   * An element with others in it.
   *
   * @param attributes names and values in turn
   */
  Markup in(String tag, Runnable content, String... attributes) {
    start(tag, attributes).append('>');
    content.run();
    out.append("</").append(tag).append(">\n");
    return this;
  }

  /** An element with text. */
  Markup text(String tag, String text, String... attributes) {
    start(tag, attributes).append('>');
    escape(shortened(text, LONGEST));
    out.append("</").append(tag).append('>');
    return this;
  }

  /** An element with a text that is of no use in part, such as a command. */
  Markup whole(String tag, String text) {
    start(tag).append('>');
    escape(shortened(text, LONGEST_COMMAND));
    out.append("</").append(tag).append('>');
    return this;
  }

  /** An element with a name, whose direction of writing leaves what is around it alone. */
  Markup name(String tag, String name, String... attributes) {
    return in(tag, () -> text("bdi", shortened(name, LONGEST_NAME)), attributes);
  }

  /** An element without content. */
  Markup empty(String tag, String... attributes) {
    start(tag, attributes).append("/>\n");
    return this;
  }

  /** Text as it is, not to be escaped: of this program, not of users. */
  Markup raw(String text) {
    out.append(text);
    return this;
  }

  private StringBuilder start(String tag, String... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1]);
      out.append('"');
    }
    return out;
  }

  private void escape(String text) {
    text.codePoints()
        .map(c -> isAllowed(c) ? c : REPLACEMENT)
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(c);
              }
            });
  }

  /** XML 1.0, section 2.2, without the control characters that it discourages. */
  private static boolean isAllowed(int c) {
    boolean control = c < 0x20 && c != '\t' && c != '\n' || c >= 0x7F && c < 0xA0;
    boolean surrogate = c >= 0xD800 && c < 0xE000;
    boolean noCharacter = (c & 0xFFFE) == 0xFFFE;
    return !control && !surrogate && !noCharacter;
  }

  /** The beginning of a text that is too long. */
  static String shortened(String text, int most) {
    return text.codePointCount(0, text.length()) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "\u2026";
  }

  /** A coordinate. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
