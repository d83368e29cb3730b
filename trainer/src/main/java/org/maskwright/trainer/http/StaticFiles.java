package org.maskwright.trainer.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Files of a page that lie beside a class: those of one folder, by their names alone. No name leads
 * out of it.
 */
public final class StaticFiles {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*\\.([a-z0-9]+)");
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "json", "application/json",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon");

  private final Class<?> beside;
  private final String folder;

  /**
   * Files beside a class.
   *
   * @param folder below the class's package
   */
  public StaticFiles(Class<?> beside, String folder) {
    this.beside = beside;
    this.folder = folder;
  }

  /**
   * One of them.
   *
   * @param name without folders; its ending says what it is
   * @throws HttpException 404 if there is none of that name
   */
  public Answer get(String name) throws IOException {
    var match = NAME.matcher(name);
    String type = match.matches() ? TYPES.get(match.group(2)) : null;
    if (type != null) {
      try (InputStream in = beside.getResourceAsStream(folder + "/" + name)) {
        if (in != null) {
          return Answer.bytes(type, in.readAllBytes()).with("Cache-Control", "no-cache");
        }
      }
    }
    throw HttpException.notFound("no such file: " + name);
  }
}
