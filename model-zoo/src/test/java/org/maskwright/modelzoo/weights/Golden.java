package org.maskwright.modelzoo.weights;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;

/** Files made by make_golden.py with the reference tools. */
public final class Golden {
  private Golden() {}

  public static Path file(String name) {
    URL url = Objects.requireNonNull(Golden.class.getResource(name), name);
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
