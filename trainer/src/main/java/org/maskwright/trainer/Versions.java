package org.maskwright.trainer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * The versions this build was made with. Read from a resource that the build fills in, so asking
 * loads no native library.
 *
 * @param maskwright version of Maskwright
 * @param pytorch version of the LibTorch binding
 * @param nd4j version of ND4J
 * @param javacpp version of JavaCPP, which both engines share
 */
public record Versions(String maskwright, String pytorch, String nd4j, String javacpp) {

  /** The versions of the running build. */
  public static Versions current() {
    var properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("versions.properties: missing from the trainer's jar", e);
    }
    return new Versions(
        properties.getProperty("maskwright"),
        properties.getProperty("pytorch"),
        properties.getProperty("nd4j"),
        properties.getProperty("javacpp"));
  }
}
