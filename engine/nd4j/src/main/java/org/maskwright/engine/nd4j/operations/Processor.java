package org.maskwright.engine.nd4j.operations;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the operating system says about the processor.
 *
 * @param flags instruction sets by the kernel's names; empty where it does not say
 */
public record Processor(Set<String> flags) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** Of this machine. */
  public static Processor detect() {
    if (!Files.isReadable(CPU_INFO)) {
      return new Processor(Set.of());
    }
    try {
      return parse(Files.readAllLines(CPU_INFO, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return new Processor(Set.of());
    }
  }

  /** From the lines of /proc/cpuinfo; all processors of a machine have the same flags. */
  static Processor parse(List<String> lines) {
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon >= 0 && line.substring(0, colon).strip().equals("flags")) {
        return new Processor(Set.copyOf(List.of(line.substring(colon + 1).strip().split(" "))));
      }
    }
    return new Processor(Set.of());
  }

  /**
   * Why natives built for a classifier's instruction sets would stop the process with an illegal
   * instruction here, or empty.
   *
   * @param extension the end of the native jar's classifier, such as {@code -onednn-avx2}
   */
  Optional<String> cannotRun(String extension) {
    if (flags.isEmpty()) {
      return Optional.empty();
    }
    if (extension.endsWith("-avx512") && !flags.contains("avx512f")) {
      return Optional.of("AVX-512");
    }
    if (extension.endsWith("-avx2") && !(flags.contains("avx2") && flags.contains("fma"))) {
      return Optional.of("AVX2");
    }
    return Optional.empty();
  }
}
