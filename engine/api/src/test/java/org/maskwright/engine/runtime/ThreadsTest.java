package org.maskwright.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreadsTest {
  @TempDir Path folder;

  /** As Linux lists two cores of two hyper-threads each. */
  private void twoCoresFourThreads() throws IOException {
    for (int i = 0; i < 4; i++) {
      Path topology = Files.createDirectories(folder.resolve("cpu" + i + "/topology"));
      Files.writeString(topology.resolve("thread_siblings_list"), i % 2 + "," + (i % 2 + 2) + "\n");
    }
  }

  @Test
  void hyperThreadsAreNotCores() throws IOException {
    twoCoresFourThreads();
    assertEquals(2, Threads.physicalCores(folder, 4));
  }

  @Test
  void neverMoreCoresThanTheJvmMayUse() throws IOException {
    twoCoresFourThreads();
    assertEquals(1, Threads.physicalCores(folder, 1));
  }

  @Test
  void whereTheSystemDoesNotSayAllProcessorsCount() {
    assertEquals(4, Threads.physicalCores(folder, 4));
    assertEquals(3, Threads.resolve(3));
  }
}
