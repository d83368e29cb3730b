package org.maskwright.trainer.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.datasets.json.JsonContent;

/**
 * A request that is not answered as it was meant to be. The answer is of one form whatever went
 * wrong, {@code {"status": 413, "title": "Content Too Large", "detail": "expected ..., got ..."}}
 * of the type {@code application/problem+json}.
 *
 * <p><b>Source</b> RFC 9457, Problem Details for HTTP APIs; titles of RFC 9110 and RFC 6585.
 */
public final class HttpException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final String TYPE = "application/problem+json";
  private static final int MOST_SHOWN = 2000;

  private final int status;
  private final transient Map<String, String> headers;

  private HttpException(int status, String detail, Map<String, String> headers) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }

  /**
   * An error.
   *
   * @param status 400 to 599
   * @param detail what was expected, what came, what to do
   */
  public HttpException(int status, String detail) {
    this(status, detail, Map.of());
  }

  /** 400: the request is not what the route takes. */
  public static HttpException badRequest(String detail) {
    return new HttpException(400, detail);
  }

  /** 404: there is no such thing. */
  public static HttpException notFound(String detail) {
    return new HttpException(404, detail);
  }

  /** 503: not now; the client may ask again after some seconds. */
  public static HttpException busy(String detail, int retrySeconds) {
    return new HttpException(503, detail, Map.of("Retry-After", String.valueOf(retrySeconds)));
  }

  /** This, with a header of the answer. */
  HttpException with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    HttpException out = new HttpException(status, getMessage(), more);
    out.initCause(getCause());
    return out;
  }

  /** The status of the answer. */
  public int status() {
    return status;
  }

  Answer answer() {
    JsonContent content = JsonContent.object(this::fields);
    Answer out = Answer.json(content).withType(TYPE).withStatus(status);
    for (Map.Entry<String, String> header : headers.entrySet()) {
      out = out.with(header.getKey(), header.getValue());
    }
    return out;
  }

  private void fields(JsonGenerator json) throws IOException {
    String detail = getMessage();
    json.writeNumberField("status", status);
    json.writeStringField("title", title(status));
    json.writeStringField(
        "detail", detail.length() > MOST_SHOWN ? detail.substring(0, MOST_SHOWN) + "..." : detail);
  }

  private static String title(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 409 -> "Conflict";
      case 413 -> "Content Too Large";
      case 415 -> "Unsupported Media Type";
      case 422 -> "Unprocessable Content";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      default -> "Error";
    };
  }
}
