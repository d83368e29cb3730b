package org.maskwright.trainer.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Percent-encoded text of a URL, in UTF-8. Differs from {@code URLDecoder}: it replaces nothing.
 */
final class PercentText {
  private static final int HEX = 16;
  private static final int LAST_ASCII = 0x7E;

  private PercentText() {}

  /**
   * Decodes a segment of a path.
   *
   * @throws HttpException if it is not ASCII, a percent sign has no two digits behind, or what they
   *     say is no UTF-8
   */
  static String decode(String raw) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c > LAST_ASCII || c <= ' ') {
        throw bad(raw);
      }
      if (c != '%') {
        bytes.write(c);
      } else if (i + 2 < raw.length()) {
        bytes.write(digit(raw, i + 1) * HEX + digit(raw, i + 2));
        i += 2;
      } else {
        throw bad(raw);
      }
    }
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes.toByteArray()))
              .toString();
      if (text.indexOf('\0') >= 0) {
        throw bad(raw);
      }
      return text;
    } catch (CharacterCodingException e) {
      throw bad(raw);
    }
  }

  /** Decodes a name or value of a query, in which a plus sign is a space. */
  static String decodeQuery(String raw) {
    return decode(raw.replace("+", "%20"));
  }

  private static int digit(String raw, int at) {
    int digit = Character.digit(raw.charAt(at), HEX);
    if (digit < 0) {
      throw bad(raw);
    }
    return digit;
  }

  private static HttpException bad(String raw) {
    return HttpException.badRequest(
        "URL: expected text that is percent-encoded UTF-8, got '" + raw + "'");
  }
}
