package org.maskwright.modelzoo.encoder;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.maskwright.files.Sha256;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * What tells weights from others: SHA-256 of names, shapes and values as float32, whatever the
 * file's order and types.
 */
public final class Fingerprint {
  private static final int PIECE = 1 << 16;

  private Fingerprint() {}

  /** In 64 hexadecimal digits. */
  public static String of(StateDict state) {
    MessageDigest digest = Sha256.start();
    ByteBuffer piece = ByteBuffer.allocate(Float.BYTES * PIECE).order(ByteOrder.LITTLE_ENDIAN);
    for (Map.Entry<String, HostTensor> entry : new TreeMap<>(state.asMap()).entrySet()) {
      String head = entry.getKey() + Arrays.toString(entry.getValue().shape()) + '\n';
      digest.update(head.getBytes(StandardCharsets.UTF_8));
      FloatBuffer values = entry.getValue().floats();
      while (values.hasRemaining()) {
        int count = Math.min(PIECE, values.remaining());
        piece.clear().asFloatBuffer().put(values.slice(values.position(), count));
        digest.update(piece.limit(Float.BYTES * count));
        values.position(values.position() + count);
      }
    }
    return Sha256.hex(digest);
  }
}
