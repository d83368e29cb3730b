package org.maskwright.engine.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;

/**
 * The process's resident memory. A leak makes it grow between all readings alike; the Java heap,
 * the just-in-time compiler and a library's cache make it grow between a few, on another machine
 * between others. So the median growth is what a test holds to account.
 */
public final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ResidentMemory() {}

  /** Whether this system tells: Linux. */
  public static boolean isKnown() {
    return Files.exists(STATUS);
  }

  /** Now, in KiB. */
  public static long kib() throws IOException {
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /** The median of the differences of neighbouring readings, of which there are an odd number. */
  public static long medianGrowth(long... readings) {
    int differences = readings.length - 1;
    return LongStream.range(0, differences)
        .map(i -> readings[(int) i + 1] - readings[(int) i])
        .sorted()
        .skip(differences / 2)
        .findFirst()
        .orElseThrow();
  }
}
