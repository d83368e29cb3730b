package org.maskwright.trainer.serve;

import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.image.PhotographSize;
import org.maskwright.trainer.http.HttpException;
import org.maskwright.trainer.http.Request;

/**
 * Pictures that are sent as bodies. They are decoded, and results made, by the threads of the
 * requests, as many at a time as there are processors; the model has a thread of its own.
 *
 * <p><b>Threads</b> any.
 */
final class PictureBodies {
  /**
   * Of a picture: its colours 3, as a decoder holds them once more 3, labels 4, the rest masks of
   * the result.
   */
  private static final int BYTES_PER_PIXEL = 16;

  /** Besides {@code image/*}; the last is what curl says of bytes that it is not told of. */
  private static final Set<String> TYPES =
      Set.of("", "application/octet-stream", "application/x-www-form-urlencoded");

  private final Channels channels;
  private final long maxPixels;
  private final Semaphore processors = new Semaphore(Runtime.getRuntime().availableProcessors());

  /**
   * Bodies of one model.
   *
   * @param channels that it takes
   */
  PictureBodies(Channels channels, ServiceSettings settings) {
    this.channels = channels;
    this.maxPixels = settings.maxPixels();
  }

  /**
   * Does nothing if the body is said to be a picture, or nothing is said.
   *
   * @param others what else the route takes, for the message
   * @throws HttpException 415 else
   */
  static void requireType(Request request, String others) {
    String type = request.contentType();
    if (!type.startsWith("image/") && !TYPES.contains(type)) {
      throw new HttpException(
          415,
          "Content-Type: expected image/jpeg, image/png, image/tiff, image/webp, image/bmp%s or application/octet-stream, got %s; send the bytes of the file as the body, such as by curl --data-binary @photo.jpg"
              .formatted(others, type));
    }
  }

  /**
   * Takes memory for a picture, by its header, before anything is decoded.
   *
   * @throws HttpException 413 if it has too many pixels, 503 if there is no memory now
   * @throws org.maskwright.datasets.DatasetException if it is no picture
   */
  void reserve(Request request, byte[] body) {
    Size size = PhotographSize.announced(body);
    long pixels = (long) size.width() * size.height();
    if (pixels > maxPixels) {
      throw new HttpException(
          413,
          "image: expected at most %d pixels (--max-pixels), the header says %s; send a smaller one"
              .formatted(maxPixels, size));
    }
    reserve(request, size);
  }

  /** Takes memory for a picture of this size, or for what is made of it. */
  void reserve(Request request, Size size) {
    request.reserve(
        (long) size.width() * size.height() * BYTES_PER_PIXEL, "image of " + size + " pixels");
  }

  /**
   * The picture, with the channels that the model takes.
   *
   * @throws org.maskwright.datasets.DatasetException if it is none
   */
  Photograph decode(byte[] body) {
    return PhotographFile.decode(body, channels);
  }

  /**
   * Waits for a processor, and works.
   *
   * @throws HttpException 504 if none is free in time
   */
  <T> T turn(Request request, Supplier<T> work) {
    try {
      long left = request.deadlineNanos() - System.nanoTime();
      if (!processors.tryAcquire(left, TimeUnit.NANOSECONDS)) {
        throw new HttpException(
            504, "timeout: no processor was free in time; ask again later, or raise --timeout");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw HttpException.busy("the server is being stopped", 1);
    }
    try {
      return work.get();
    } finally {
      processors.release();
    }
  }
}
