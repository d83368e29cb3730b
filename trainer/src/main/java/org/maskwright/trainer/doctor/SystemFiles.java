package org.maskwright.trainer.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Text that the kernel shows under {@code /proc} and {@code /sys}; absent on other systems.
 *
 * @param root {@code /}, or a folder in its place
 */
record SystemFiles(Path root) {
  static final SystemFiles HERE = new SystemFiles(Path.of("/"));

  /** The lines of a file, none where it cannot be read. */
  List<String> lines(String path) {
    try {
      return Files.readAllLines(root.resolve(path), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The first line of a file, stripped. */
  Optional<String> line(String path) {
    return lines(path).stream().findFirst().map(String::strip);
  }

  /** What stands behind {@code key} and a separator in the first line that begins with the key. */
  Optional<String> value(String path, String key, char separator) {
    for (String line : lines(path)) {
      int at = line.indexOf(separator);
      if (at > 0 && line.substring(0, at).strip().equals(key)) {
        return Optional.of(line.substring(at + 1).strip());
      }
    }
    return Optional.empty();
  }

  boolean has(String path) {
    return Files.exists(root.resolve(path));
  }
}
