package org.maskwright.trainer.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.trainer.config.ConfigException;

/** Which GPU of a machine each of its processes computes on. */
final class DeviceShare {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  private DeviceShare() {}

  /**
   * A device of its own for each process of a machine, in the order of their ranks. Where a process
   * sees one GPU alone, whoever started it has divided them.
   *
   * @param wanted as {@code engine.device}; one that names its index is left as it is
   * @param localRank number of the process among those of its machine
   * @param localSize how many they are
   * @param gpus that the process sees
   * @throws ConfigException if there are several GPUs, but not one for each process
   */
  static String device(String wanted, int localRank, int localSize, int gpus) {
    boolean open = wanted.equals("auto") || wanted.equals("cuda");
    if (!open || gpus <= 1 || localSize == 1) {
      return wanted;
    }
    if (gpus < localSize) {
      throw new ConfigException(
          "engine.device: expected a GPU for each of the %d processes of this machine, got %d GPUs; start %d processes, or set engine.device = cpu"
              .formatted(localSize, gpus, gpus));
    }
    return "cuda:" + localRank;
  }

  /** The number of a process among those of its machine; every process asks. */
  static int localRank(ProcessGroup group) {
    List<String> machines =
        group.gather(machine().getBytes(StandardCharsets.UTF_8)).stream()
            .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
            .toList();
    return localRank(machines, group.rank());
  }

  static int localRank(List<String> machines, int rank) {
    return Collections.frequency(machines.subList(0, rank), machines.get(rank));
  }

  /** What tells machines apart: names alone may be the same in containers. */
  private static String machine() {
    String name;
    try {
      name = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      name = "unknown";
    }
    try {
      return name + " " + Files.readString(BOOT).strip();
    } catch (IOException e) { // not Linux
      return name;
    }
  }
}
