package org.maskwright.trainer.serve;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.trainer.prompt.EncodedPicture;

/**
 * Encoded pictures by their ids, so that a later question about one is answered at once; up to some
 * bytes, those that were asked about last.
 *
 * <p><b>Lifecycle</b> owns the pictures: frees one when another takes its place, and all when it is
 * closed. <b>Threads</b> {@link #size}, {@link #bytes} and {@link #count} any, the others that of
 * the model.
 */
final class KeptPictures implements AutoCloseable {
  private final long most;
  private final Map<String, EncodedPicture> pictures =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true); // guarded by this
  private long bytes; // guarded by this

  /**
   * Keeps none yet.
   *
   * @param most bytes of all together
   */
  KeptPictures(long most) {
    this.most = most;
  }

  /** The size of a picture in pixels; empty if it is not kept. */
  synchronized Optional<Size> size(String id) {
    return Optional.ofNullable(pictures.get(id)).map(EncodedPicture::size);
  }

  /** A picture; it stays the property of this. */
  synchronized Optional<EncodedPicture> find(String id) {
    return Optional.ofNullable(pictures.get(id));
  }

  /**
   * Takes a picture over that is not kept yet, and lets go of those that were not asked about for
   * the longest time.
   *
   * @return false if it needs more than all may have: it stays the caller's
   */
  synchronized boolean keep(String id, EncodedPicture picture) {
    long own = picture.bytes();
    if (own > most) {
      return false;
    }
    for (Iterator<EncodedPicture> old = pictures.values().iterator(); bytes + own > most; ) {
      EncodedPicture oldest = old.next();
      old.remove();
      bytes -= oldest.bytes();
      oldest.close();
    }
    pictures.put(id, picture);
    bytes += own;
    return true;
  }

  /** Bytes of all. */
  synchronized long bytes() {
    return bytes;
  }

  /** How many there are. */
  synchronized int count() {
    return pictures.size();
  }

  @Override
  public synchronized void close() {
    pictures.values().forEach(EncodedPicture::close);
    pictures.clear();
    bytes = 0;
  }
}
