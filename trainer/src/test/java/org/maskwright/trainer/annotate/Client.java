package org.maskwright.trainer.annotate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.datasets.json.Segmentation;
import org.maskwright.datasets.mask.Rle;

/** Asks an annotation server what its page asks. */
final class Client {
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI page;
  private final String token;

  /**
   * @param link with the token
   */
  Client(URI link) {
    this.page = link.resolve("/");
    this.token = link.getQuery().replaceFirst("^token=", "");
  }

  /** An answer: its status, type and body. */
  static final class Said {
    private final int status;
    private final String type;
    private final byte[] bytes;

    private Said(int status, String type, byte[] bytes) {
      this.status = status;
      this.type = type;
      this.bytes = bytes;
    }

    int status() {
      return status;
    }

    String type() {
      return type;
    }

    byte[] bytes() {
      return bytes;
    }

    JsonTree json() {
      return JsonTree.of(bytes);
    }

    String detail() {
      return json().get("detail").text();
    }
  }

  Said ask(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(page + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .header("Authorization", "Bearer " + token);
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    if (headers.length > 0) {
      for (int i = 0; i < headers.length; i += 2) {
        request.setHeader(headers[i], headers[i + 1]);
      }
    }
    try {
      HttpResponse<byte[]> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Said(
          answer.statusCode(),
          answer.headers().firstValue("Content-Type").orElse(""),
          answer.body());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The body of an answer that is none of an error. */
  JsonTree get(String path) {
    return require(ask("GET", path, ""));
  }

  JsonTree send(String method, String path, String body) {
    return require(ask(method, path, body));
  }

  private static JsonTree require(Said said) {
    if (said.status() != 200) {
      throw new AssertionError(
          said.status() + " " + new String(said.bytes(), StandardCharsets.UTF_8));
    }
    return said.json();
  }

  /** A segmentation in JSON. */
  static String json(Rle mask) {
    return "{\"size\": [%d, %d], \"counts\": \"%s\"}"
        .formatted(
            mask.height(),
            mask.width(),
            Segmentation.ofRle(mask).compressedCounts().replace("\\", "\\\\"));
  }

  /** The body of a save. */
  static String edits(String tab, long version, boolean done, String objects) {
    return "{\"tab\": \"%s\", \"version\": %d, \"done\": %s, \"objects\": [%s], \"proposals\": []}"
        .formatted(tab, version, done, objects);
  }

  long version(int picture) {
    return (long) get("api/pictures/" + picture).get("version").number();
  }
}
