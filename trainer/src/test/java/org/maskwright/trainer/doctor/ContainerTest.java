package org.maskwright.trainer.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerTest {
  @TempDir Path root;

  private void write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }

  private Container container() {
    return Container.of(new SystemFiles(root));
  }

  @Test
  void aSystemWithoutControlGroupsHasNoLimits() {
    assertTrue(container().processors().isEmpty());
    assertTrue(container().memoryBytes().isEmpty());
  }

  @Test
  void theNarrowestGroupOfVersionTwoBinds() throws IOException {
    write("proc/self/cgroup", "0::/a/b");
    write("sys/fs/cgroup/a/cpu.max", "150000 100000");
    write("sys/fs/cgroup/a/b/cpu.max", "max 100000");
    write("sys/fs/cgroup/a/memory.max", "1000");
    write("sys/fs/cgroup/a/memory.current", "400");
    write("sys/fs/cgroup/a/b/memory.max", "2000");
    assertEquals(1.5, container().processors().getAsDouble());
    assertEquals(1000, container().memoryBytes().getAsLong());
    assertEquals(400, container().memoryUsedBytes().getAsLong());
  }

  @Test
  void versionOneIsRead() throws IOException {
    write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000");
    write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712"); // no limit
    assertEquals(2, container().processors().getAsDouble());
    assertTrue(container().memoryBytes().isEmpty());
  }

  @Test
  void whatTheContainerHasLeftCountsWhereTheMachineHasMore() throws IOException {
    write("proc/meminfo", "MemTotal: 64000000 kB\nMemAvailable: 32000000 kB");
    Machine machine = new Machine(new SystemFiles(root));
    assertEquals(Finding.Verdict.OK, machine.memoryFinding().verdict());
    write("sys/fs/cgroup/memory.max", Long.toString(3 * Bytes.GIB));
    write("sys/fs/cgroup/memory.current", Long.toString(Bytes.GIB));
    machine = new Machine(new SystemFiles(root));
    assertEquals(Finding.Verdict.NOTE, machine.memoryFinding().verdict());
    write("sys/fs/cgroup/memory.current", Long.toString(3 * Bytes.GIB - 1));
    machine = new Machine(new SystemFiles(root));
    assertEquals(Finding.Verdict.WRONG, machine.memoryFinding().verdict());
  }
}
