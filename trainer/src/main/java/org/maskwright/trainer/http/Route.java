package org.maskwright.trainer.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which requests go where.
 *
 * @param method in capitals; a {@code GET} answers {@code HEAD} too
 * @param path begins with a slash; a segment such as <code>{name}</code> stands for any one that is
 *     not empty, which the request then knows by that name
 * @param open whether no token is asked for
 * @param handler answers them
 */
public record Route(String method, String path, boolean open, Handler handler) {
  /** Checks the path. */
  public Route {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path: expected one that begins with /, got " + path);
    }
  }

  /** A route for who has the token. */
  public static Route of(String method, String path, Handler handler) {
    return new Route(method, path, /* open= */ false, handler);
  }

  /** A route for everybody: nothing of the user's may be behind it. */
  public static Route open(String method, String path, Handler handler) {
    return new Route(method, path, /* open= */ true, handler);
  }

  boolean takes(String wanted) {
    return method.equals(wanted) || (method.equals("GET") && wanted.equals("HEAD"));
  }

  /**
   * What the path's names stand for in a request.
   *
   * @param rawPath as it was sent, percent-encoded
   * @return empty if the path is another
   * @throws HttpException if a segment is not well encoded
   */
  Optional<Map<String, String>> match(String rawPath) {
    List<String> wanted = segments(path);
    List<String> given = segments(rawPath);
    if (wanted.size() != given.size()) {
      return Optional.empty();
    }
    Map<String, String> names = new LinkedHashMap<>();
    for (int i = 0; i < wanted.size(); i++) {
      String name = wanted.get(i);
      if (name.startsWith("{")) {
        if (given.get(i).isEmpty()) {
          return Optional.empty();
        }
        names.put(name.substring(1, name.length() - 1), given.get(i));
      } else if (!name.equals(given.get(i))) {
        return Optional.empty();
      }
    }
    names.replaceAll((name, raw) -> PercentText.decode(raw));
    return Optional.of(names);
  }

  /** An encoded slash parts no segments. */
  private static List<String> segments(String path) {
    List<String> out = new ArrayList<>();
    int from = 1;
    for (int slash = path.indexOf('/', from); slash >= 0; slash = path.indexOf('/', from)) {
      out.add(path.substring(from, slash));
      from = slash + 1;
    }
    out.add(path.substring(from));
    return out;
  }
}
