package org.maskwright.datasets;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Locale;

/** Names of files that this process may be unable to write down. */
public final class FileNames {
  private FileNames() {}

  /**
   * What is wrong with a name. Java encodes names as the locale says that it was started in; before
   * Java 18 and without a locale (LC_ALL=C, as in many containers) that is ASCII.
   */
  public static String problem(InvalidPathException e) {
    String encoding = System.getProperty("sun.jnu.encoding", "");
    boolean ascii = StandardCharsets.US_ASCII.newEncoder().canEncode(e.getInput());
    return ascii || encoding.toUpperCase(Locale.ROOT).startsWith("UTF")
        ? e.getReason()
        : "this process encodes file names in "
            + encoding
            + ", which lacks letters of it; start Java in a UTF-8 locale, such as LC_ALL=C.UTF-8";
  }
}
