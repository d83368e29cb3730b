package org.maskwright.engine.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** How many threads one operation uses. */
final class Threads {
  private Threads() {}

  /** {@code asked}, or the number of physical cores for 0. */
  static int resolve(int asked) {
    return asked > 0 ? asked : physicalCores();
  }

  /**
   * Cores that share no execution units, as Linux lists them; elsewhere the processors that Java
   * sees. Two hyper-threads of a core share its vector units, and matrix products gain nothing from
   * the second.
   */
  private static int physicalCores() {
    int processors = Runtime.getRuntime().availableProcessors();
    Set<String> cores = new HashSet<>();
    for (int i = 0; i < processors; i++) {
      Path siblings = Path.of("/sys/devices/system/cpu/cpu" + i + "/topology/thread_siblings_list");
      try {
        cores.add(Files.readString(siblings).strip());
      } catch (IOException e) {
        return processors;
      }
    }
    return Math.max(1, Math.min(cores.size(), processors));
  }
}
