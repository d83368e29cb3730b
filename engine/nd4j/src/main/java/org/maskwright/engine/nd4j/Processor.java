package org.maskwright.engine.nd4j;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the operating system says about the processor.
 *
 * @param cores physical cores, >= 1
 * @param flags instruction sets by the kernel's names; empty where it does not say
 */
record Processor(int cores, Set<String> flags) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  static Processor detect() {
    int logical = Runtime.getRuntime().availableProcessors();
    if (!Files.isReadable(CPU_INFO)) {
      return new Processor(logical, Set.of());
    }
    try {
      return parse(Files.readAllLines(CPU_INFO, StandardCharsets.UTF_8), logical);
    } catch (IOException e) {
      return new Processor(logical, Set.of());
    }
  }

  /** From the lines of /proc/cpuinfo; never more cores than the JVM may use. */
  static Processor parse(List<String> lines, int logical) {
    Set<String> cores = new HashSet<>();
    Set<String> flags = new HashSet<>();
    String socket = "0";
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        continue;
      }
      String key = line.substring(0, colon).strip();
      String value = line.substring(colon + 1).strip();
      if (key.equals("physical id")) {
        socket = value;
      } else if (key.equals("core id")) {
        cores.add(socket + "/" + value);
      } else if (key.equals("flags") && flags.isEmpty()) {
        flags.addAll(List.of(value.split(" ")));
      }
    }
    int physical = cores.isEmpty() ? logical : Math.min(cores.size(), logical);
    return new Processor(physical, flags);
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
