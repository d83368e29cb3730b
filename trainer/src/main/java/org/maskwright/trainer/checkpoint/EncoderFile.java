package org.maskwright.trainer.checkpoint;

import java.util.regex.Pattern;

/**
 * The content of {@code encoder.conf} in the folder of a model whose encoder was frozen: the
 * weights beside it are the head's alone.
 *
 * @param source where the encoder's weights were read: any file or folder that {@code import} knows
 * @param fingerprint what tells them from others
 */
public record EncoderFile(String source, String fingerprint) {
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  /** Checks that both are what they are called. */
  public EncoderFile {
    if (source.isBlank() || source.indexOf('\0') >= 0) { // which no path holds
      throw new IllegalArgumentException(
          "source: expected a file or folder, got '" + source.replace('\0', ' ') + "'");
    }
    if (!SHA_256.matcher(fingerprint).matches()) {
      throw new IllegalArgumentException(
          "fingerprint: expected 64 hexadecimal digits, got " + fingerprint);
    }
  }
}
