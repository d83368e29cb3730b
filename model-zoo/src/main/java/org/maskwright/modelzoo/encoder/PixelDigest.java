package org.maskwright.modelzoo.encoder;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.files.Sha256;

/** SHA-256 of shape and values: images with the same digest have the same pixels. */
final class PixelDigest {
  private PixelDigest() {}

  /** In hexadecimal digits. */
  static String of(Tensor image) {
    MessageDigest digest = Sha256.start();
    digest.update(Arrays.toString(image.shape()).getBytes(StandardCharsets.UTF_8));
    int size = Math.toIntExact(Float.BYTES * image.numel());
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    image.copyTo(bytes.asFloatBuffer());
    digest.update(bytes);
    return Sha256.hex(digest);
  }
}
