package org.maskwright.trainer.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * What a client asks.
 *
 * <p><b>Threads</b> one at a time. <b>Lifecycle</b> until it is answered.
 */
public final class Request {
  private static final int FIRST_BYTES = 1 << 16;

  private final HttpExchange exchange;
  private final Map<String, String> names;
  private final Query query;
  private final ServerSettings settings;
  private final MemoryBudget.Lease memory;
  private final long startNanos;
  private final BooleanSupplier closing;
  private final AtomicInteger receiving;

  Request(
      HttpExchange exchange,
      Map<String, String> names,
      Query query,
      ServerSettings settings,
      MemoryBudget.Lease memory,
      long startNanos,
      BooleanSupplier closing,
      AtomicInteger receiving) {
    this.exchange = exchange;
    this.names = names;
    this.query = query;
    this.settings = settings;
    this.memory = memory;
    this.startNanos = startNanos;
    this.closing = closing;
    this.receiving = receiving;
  }

  /** In capitals. */
  public String method() {
    return exchange.getRequestMethod();
  }

  /** What a name in the route's path stands for, decoded: any text, not only a file's name. */
  public String name(String inPath) {
    return Optional.ofNullable(names.get(inPath)).orElseThrow();
  }

  /** What stands behind the question mark. */
  public Query query() {
    return query;
  }

  /** The first header of a name. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  /** The type of the body without its parameters, in lower case; empty if none is said. */
  public String contentType() {
    String said = header("Content-Type").orElse("");
    int semicolon = said.indexOf(';');
    return (semicolon < 0 ? said : said.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
  }

  /** Whether the server answers only what was asked before. */
  public boolean isServerClosing() {
    return closing.getAsBoolean();
  }

  /** Until when it has to be answered, in nanoseconds of {@link System#nanoTime}. */
  public long deadlineNanos() {
    return startNanos + settings.timeout().toNanos();
  }

  /**
   * Takes memory for something that was sent, until the request is answered.
   *
   * @param what needs it, for the message
   * @throws HttpException 413 if there is never so much, 503 if not now
   */
  public void reserve(long bytes, String what) {
    memory.take(bytes, what);
  }

  /**
   * All bytes of the body. Memory is taken as they come, so that who announces much and sends
   * little takes little.
   *
   * @throws HttpException 413 if there are more than allowed, 415 if they are compressed
   * @throws IOException if the client ends before it has sent what it announced
   */
  public byte[] body() throws IOException {
    receiving.incrementAndGet();
    try {
      return received();
    } finally {
      receiving.decrementAndGet();
    }
  }

  private byte[] received() throws IOException {
    requirePlain();
    Optional<String> announced = header("Content-Length");
    long expected = announced.map(Request::length).orElse(settings.maxBodyBytes());
    requireSize(expected, announced.isPresent());
    int most = (int) Math.min(expected, settings.maxBodyBytes());
    byte[] bytes = new byte[Math.min(FIRST_BYTES, most)];
    memory.take(bytes.length, "the body");
    InputStream in = exchange.getRequestBody();
    int size = 0;
    while (true) {
      if (size == bytes.length) {
        if (size == most) {
          break;
        }
        int larger = (int) Math.min(most, 2L * size);
        memory.take(larger - size, "the body");
        bytes = Arrays.copyOf(bytes, larger);
      }
      int read = in.read(bytes, size, bytes.length - size);
      if (read < 0) {
        break;
      }
      size += read;
    }
    if (announced.isPresent() ? size < most : size == most && in.read() >= 0) {
      if (announced.isPresent()) {
        throw new IOException("the client sent %d of %d bytes".formatted(size, most));
      }
      requireSize(settings.maxBodyBytes() + 1, /* announced= */ false);
    }
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  private void requirePlain() {
    String encoding = header("Content-Encoding").orElse("identity");
    if (!encoding.equalsIgnoreCase("identity")) {
      throw new HttpException(
          415,
          "Content-Encoding: expected identity, got " + encoding + "; send the bytes as they are");
    }
  }

  private static long length(String text) {
    try {
      long length = Long.parseLong(text.strip());
      if (length >= 0) {
        return length;
      }
    } catch (NumberFormatException e) { // said below
    }
    throw HttpException.badRequest("Content-Length: expected a number of bytes, got " + text);
  }

  private void requireSize(long bytes, boolean announced) {
    if (bytes > settings.maxBodyBytes()) {
      throw new HttpException(
          413,
          "body: expected at most %d bytes (--max-body), got %s"
              .formatted(settings.maxBodyBytes(), announced ? String.valueOf(bytes) : "more"));
    }
  }
}
