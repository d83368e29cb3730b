package org.maskwright.engine.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** How many threads one operation uses. */
public final class Threads {
  private static final Path PROCESSORS = Path.of("/sys/devices/system/cpu");

  private Threads() {}

  /** {@code asked}, or the number of physical cores for 0. */
  public static int resolve(int asked) {
    return asked > 0
        ? asked
        : physicalCores(PROCESSORS, Runtime.getRuntime().availableProcessors());
  }

  /**
   * Cores that share no execution units, as Linux lists them; elsewhere the processors that Java
   * sees. Two hyper-threads of a core share its vector units, and matrix products gain nothing from
   * the second.
   */
  static int physicalCores(Path folder, int processors) {
    Set<String> cores = new HashSet<>();
    for (int i = 0; i < processors; i++) {
      try {
        cores.add(
            Files.readString(folder.resolve("cpu" + i + "/topology/thread_siblings_list")).strip());
      } catch (IOException e) {
        return processors;
      }
    }
    return Math.max(1, Math.min(cores.size(), processors));
  }
}
