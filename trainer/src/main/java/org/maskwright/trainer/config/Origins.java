package org.maskwright.trainer.config;

import com.typesafe.config.ConfigOrigin;
import java.nio.file.Path;

/**
 * Where a value was written, in the words a user knows: {@code configs/a.conf:12}, {@code --set}.
 */
final class Origins {
  /** What overrides of the command line say as their origin. */
  static final String OVERRIDE = "--set";

  /** What the built-in defaults say as their origin. */
  static final String REFERENCE = "reference.conf";

  private Origins() {}

  static String of(ConfigOrigin origin) {
    String line = origin.lineNumber() > 0 ? ":" + origin.lineNumber() : "";
    if (origin.filename() != null) {
      return shortened(Path.of(origin.filename())) + line;
    }
    String description = origin.description();
    if (description.startsWith(OVERRIDE)) {
      return OVERRIDE;
    }
    if (description.startsWith("env ")) { // the library does not keep the variable's name
      return "environment";
    }
    if (description.startsWith("merge of ")) { // a section written in several places
      return "";
    }
    // Descriptions of other origins end in their line: "reference.conf: 12".
    return description.replaceFirst(": (\\d+)$", ":$1");
  }

  /** Relative to the working directory when below it, as the user wrote it. */
  static String shortened(Path file) {
    Path here = Path.of("").toAbsolutePath();
    Path absolute = file.toAbsolutePath().normalize();
    return (absolute.startsWith(here) ? here.relativize(absolute) : absolute).toString();
  }
}
