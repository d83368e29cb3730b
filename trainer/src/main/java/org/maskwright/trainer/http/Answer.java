package org.maskwright.trainer.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.datasets.json.JsonContent;

/**
 * What a request is answered with.
 *
 * @param status 200 to 599
 * @param headers beside those that every answer has
 * @param length bytes of the body
 * @param body writes that many bytes
 */
public record Answer(int status, Map<String, String> headers, long length, Body body) {
  private static final String CONTENT_TYPE = "Content-Type";

  /** Writes the body of an answer. */
  @FunctionalInterface
  public interface Body {
    /** Writes all of it; the stream is not to be closed. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Keeps a copy of the headers, in their order. */
  public Answer {
    headers = Map.copyOf(headers);
  }

  /** JSON, made in memory. */
  public static Answer json(JsonContent content) {
    return text("application/json", content.text());
  }

  /**
   * Text.
   *
   * @param type such as {@code text/html; charset=utf-8}
   */
  public static Answer text(String type, String text) {
    return bytes(type, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes in memory. */
  public static Answer bytes(String type, byte[] bytes) {
    return new Answer(200, Map.of(CONTENT_TYPE, type), bytes.length, out -> out.write(bytes));
  }

  /** Bytes that are written while they are sent, such as those of a file. */
  public static Answer stream(String type, long length, Body body) {
    return new Answer(200, Map.of(CONTENT_TYPE, type), length, body);
  }

  /** 204: done, and there is nothing to say. */
  public static Answer nothing() {
    return new Answer(204, Map.of(), 0, out -> {});
  }

  /** This, with another status. */
  public Answer withStatus(int wanted) {
    return new Answer(wanted, headers, length, body);
  }

  /** This, with one more header; one of the same name is replaced. */
  public Answer with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, more, length, body);
  }

  Answer withType(String type) {
    return with(CONTENT_TYPE, type);
  }
}
