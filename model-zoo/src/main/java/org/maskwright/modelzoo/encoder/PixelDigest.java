package org.maskwright.modelzoo.encoder;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.maskwright.engine.tensor.Tensor;

/** SHA-256 of shape and values: images with the same digest have the same pixels. */
final class PixelDigest {
  private PixelDigest() {}

  /** In hexadecimal digits. */
  static String of(Tensor image) {
    MessageDigest digest = sha256();
    digest.update(Arrays.toString(image.shape()).getBytes(StandardCharsets.UTF_8));
    int size = Math.toIntExact(Float.BYTES * image.numel());
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    image.copyTo(bytes.asFloatBuffer());
    digest.update(bytes);
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
