package org.maskwright.trainer.eval;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.maskwright.datasets.ImageId;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.result.ImageResults;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.SentResults;

/**
 * What an evaluation found in its images, of one kind of result: which of them are worth a picture
 * is known at its end alone. Of a kind whose results cannot be {@link ResultKind#codec() sent}
 * nothing is kept.
 *
 * <p><b>Memory</b> as they would be sent, and compressed: some kilobytes an image, and no more than
 * a budget; images behind are not kept, which are so many then that to run a few of them again
 * costs next to nothing
 */
public final class KeptResults {
  private static final long MOST_BYTES = 32L << 20;

  private final List<ResultKind<?>> kinds;
  private final ClassSpace classes;
  private final Map<ImageId, byte[]> encoded = new HashMap<>();
  private long left;

  private KeptResults(List<ResultKind<?>> kinds, ClassSpace classes, long mostBytes) {
    this.kinds = kinds;
    this.classes = classes;
    this.left = SentResults.serves(kinds) ? mostBytes : 0;
  }

  /** Before the first image of an evaluation. */
  static KeptResults of(ResultKind<?> kind, ClassSpace classes) {
    return within(MOST_BYTES, kind, classes);
  }

  /** As {@link #of}, with a budget of so many bytes. */
  static KeptResults within(long mostBytes, ResultKind<?> kind, ClassSpace classes) {
    return new KeptResults(List.of(kind), classes, mostBytes);
  }

  /** Keeps an image's results, if there is room. */
  void add(ImageId image, ImageResults results) {
    if (left <= 0) {
      return;
    }
    byte[] bytes = bytes(results);
    left -= bytes.length;
    if (left >= 0) {
      encoded.put(image, bytes);
    }
  }

  private byte[] bytes(ImageResults results) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes, deflater))) {
      SentResults.write(results, kinds, out);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    } finally {
      deflater.end();
    }
    return bytes.toByteArray();
  }

  /** An image's results; empty if they were not kept. */
  Optional<ImageResults> of(ImageId image) {
    return Optional.ofNullable(encoded.get(image)).map(this::read);
  }

  private ImageResults read(byte[] bytes) {
    try (DataInputStream in =
        new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(bytes)))) {
      return SentResults.read(kinds, classes, in);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  /** How many images' results were kept. */
  int size() {
    return encoded.size();
  }
}
