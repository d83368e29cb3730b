package org.maskwright.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.DoubleStream;

/** What benchmarks report. */
public final class Measured {
  private Measured() {}

  /** The median, the upper one of an even number of values. */
  public static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /** Resident memory of this process as Linux counts it; 0 elsewhere. */
  public static long residentMiB() throws IOException {
    return status("VmRSS:");
  }

  /** Peak of {@link #residentMiB()}. */
  public static long peakMiB() throws IOException {
    return status("VmHWM:");
  }

  private static long status(String key) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0);
  }
}
