package org.maskwright.trainer.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.trainer.config.ConfigException;

/**
 * What the environment says about the processes that train together.
 *
 * <ol>
 *   <li>{@code RANK}, {@code WORLD_SIZE}, {@code MASTER_ADDR}, {@code MASTER_PORT} and, where
 *       several are on one machine, {@code LOCAL_WORLD_SIZE}: one of the processes, as torchrun and
 *       PyTorchJob say it.
 *   <li>{@code PET_NNODES}, {@code PET_NODE_RANK}, {@code PET_NPROC_PER_NODE}, {@code
 *       PET_MASTER_ADDR}, {@code PET_MASTER_PORT}: one of the machines, as Kubeflow's trainer says
 *       it to torchrun.
 *   <li>{@code SLURM_STEP_ID} and the others of a task that srun has started. The script of a batch
 *       has no step and is one process.
 * </ol>
 *
 * <p>The first that is there holds; without any, this process is alone.
 */
public final class LaunchEnvironment {
  private static final String HOST = "MASTER_ADDR";
  private static final String PORT = "MASTER_PORT";
  private static final int SLURM_PORTS_FROM = 20_000;
  private static final int SLURM_PORTS = 10_000;

  private final Map<String, String> environment;
  private final int processes;

  private LaunchEnvironment(Map<String, String> environment, int processes) {
    this.environment = environment;
    this.processes = processes;
  }

  /**
   * The places of the processes that are this command's: one, which this process takes, or several,
   * which it starts.
   *
   * @param processes how many are asked for on this machine; 0: as the environment says
   * @throws ConfigException if variables are missing, contradict each other or the number asked
   *     for, naming them
   */
  public static List<Rendezvous> places(Map<String, String> environment, int processes) {
    LaunchEnvironment e = new LaunchEnvironment(environment, processes);
    if (e.has("RANK") || e.has("WORLD_SIZE")) {
      return List.of(e.ofProcess());
    }
    if (e.has("PET_NNODES") || e.has("PET_NODE_RANK")) {
      return e.ofMachine();
    }
    if (e.has("SLURM_STEP_ID") && e.number(e.slurmTasks()) > 1) {
      return List.of(e.ofSlurm());
    }
    return processes > 1
        ? local(0, processes, processes, "localhost", freePort())
        : List.of(Rendezvous.ALONE);
  }

  private boolean has(String name) {
    return environment.containsKey(name);
  }

  private Rendezvous ofProcess() {
    if (processes > 1) {
      throw new ConfigException(
          "--processes: RANK and WORLD_SIZE say that this is one of the processes already; leave"
              + " --processes out, or unset them");
    }
    int rank = number("RANK");
    int size = number("WORLD_SIZE");
    requireBelow("RANK", rank, "WORLD_SIZE", size);
    if (has("PET_NNODES") && has("PET_NPROC_PER_NODE")) {
      int expected = nodes() * perNode();
      if (expected != size && perNode() > 1) {
        throw new ConfigException(
            "WORLD_SIZE: expected PET_NNODES times PET_NPROC_PER_NODE, %d, got %d"
                .formatted(expected, size));
      }
    }
    if (size == 1) {
      return Rendezvous.ALONE;
    }
    int localSize = has("LOCAL_WORLD_SIZE") ? number("LOCAL_WORLD_SIZE") : 1;
    if (localSize < 1 || localSize > size) {
      throw new ConfigException(
          "LOCAL_WORLD_SIZE: expected 1 to WORLD_SIZE, %d, got %d".formatted(size, localSize));
    }
    if (has("LOCAL_RANK")) {
      requireBelow("LOCAL_RANK", number("LOCAL_RANK"), "LOCAL_WORLD_SIZE", localSize);
    }
    return new Rendezvous(rank, size, localSize, text(HOST), port(PORT));
  }

  private List<Rendezvous> ofMachine() {
    int nodes = nodes();
    int here = perNode();
    if (nodes * here == 1) {
      return List.of(Rendezvous.ALONE);
    }
    int node = has("PET_NODE_RANK") || nodes > 1 ? number("PET_NODE_RANK") : 0;
    requireBelow("PET_NODE_RANK", node, "PET_NNODES", nodes);
    String host = nodes > 1 ? text("PET_" + HOST) : "localhost";
    int port = nodes > 1 ? port("PET_" + PORT) : freePort();
    return local(node * here, here, nodes * here, host, port);
  }

  private int nodes() {
    String text = text("PET_NNODES");
    Matcher range = Pattern.compile("(\\d+):(\\d+)").matcher(text);
    if (range.matches() && !range.group(1).equals(range.group(2))) {
      throw new ConfigException(
          "PET_NNODES: expected one number of machines, got the range "
              + text
              + "; how many train is fixed from the start");
    }
    int nodes = range.matches() ? Integer.parseInt(range.group(1)) : number("PET_NNODES");
    if (nodes < 1) {
      throw new ConfigException("PET_NNODES: expected at least 1, got " + nodes);
    }
    return nodes;
  }

  private int perNode() {
    String text = environment.getOrDefault("PET_NPROC_PER_NODE", "1").strip();
    int said =
        List.of("auto", "cpu", "gpu").contains(text) ? 1 : number("PET_NPROC_PER_NODE", text);
    if (processes > 0 && said > 1 && processes != said) {
      throw new ConfigException(
          "PET_NPROC_PER_NODE: expected --processes, %d, got %d".formatted(processes, said));
    }
    int here = Math.max(processes, said);
    if (here < 1) {
      throw new ConfigException("PET_NPROC_PER_NODE: expected at least 1, got " + text);
    }
    return here;
  }

  private static List<Rendezvous> local(int first, int count, int size, String host, int port) {
    List<Rendezvous> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(new Rendezvous(first + i, size, count, host, port));
    }
    return out;
  }

  private String slurmTasks() {
    return has("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS";
  }

  private Rendezvous ofSlurm() {
    if (processes > 1) {
      throw new ConfigException(
          "--processes: "
              + slurmTasks()
              + " says that this is one of the processes already; leave --processes out, and give"
              + " srun --ntasks");
    }
    int size = number(slurmTasks());
    int rank = number("SLURM_PROCID");
    requireBelow("SLURM_PROCID", rank, slurmTasks(), size);
    String list = has("SLURM_STEP_NODELIST") ? "SLURM_STEP_NODELIST" : "SLURM_JOB_NODELIST";
    String host = has(HOST) ? text(HOST) : firstHost(text(list));
    int port = has(PORT) ? port(PORT) : SLURM_PORTS_FROM + number("SLURM_JOB_ID") % SLURM_PORTS;
    return new Rendezvous(rank, size, Math.min(size, slurmTasksHere()), host, port);
  }

  /** Such as {@code 2(x3),1}: two tasks on each of three machines, one on the fourth. */
  private int slurmTasksHere() {
    String name =
        has("SLURM_STEP_TASKS_PER_NODE") ? "SLURM_STEP_TASKS_PER_NODE" : "SLURM_TASKS_PER_NODE";
    if (!has(name)) {
      return 1;
    }
    int node = has("SLURM_NODEID") ? number("SLURM_NODEID") : 0;
    for (String part : text(name).split(",", -1)) {
      Matcher m = Pattern.compile("(\\d+)(?:\\(x(\\d+)\\))?").matcher(part.strip());
      if (!m.matches()) {
        throw new ConfigException(
            name + ": expected numbers of tasks such as 2(x3),1, got " + text(name));
      }
      node -= m.group(2) == null ? 1 : Integer.parseInt(m.group(2));
      if (node < 0) {
        return Math.max(1, Integer.parseInt(m.group(1)));
      }
    }
    return 1;
  }

  /** The first name of a list such as {@code gpu[03-05,9],login1}: {@code gpu03}. */
  static String firstHost(String list) {
    Matcher m = Pattern.compile("([^,\\[]+)(?:\\[(\\d+)[^\\]]*\\]([^,]*))?.*").matcher(list);
    if (!m.matches()) {
      throw new ConfigException(
          "SLURM_JOB_NODELIST: expected names of machines, got " + list + "; set MASTER_ADDR");
    }
    return m.group(1)
        + Optional.ofNullable(m.group(2)).orElse("")
        + Optional.ofNullable(m.group(3)).orElse("");
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no port is free on this machine", e);
    }
  }

  private String text(String name) {
    String value = environment.get(name);
    if (value == null || value.isBlank()) {
      throw new ConfigException(
          name + ": expected a value beside the others that say where processes meet, got none");
    }
    return value.strip();
  }

  private int number(String name) {
    return number(name, text(name));
  }

  private static int number(String name, String text) {
    try {
      int value = Integer.parseInt(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // as below
    }
    throw new ConfigException(name + ": expected a whole number from 0, got '" + text + "'");
  }

  private int port(String name) {
    int port = number(name);
    if (port < 1 || port > 65_535) {
      throw new ConfigException(name + ": expected 1 to 65535, got " + port);
    }
    return port;
  }

  private static void requireBelow(String name, int value, String bound, int size) {
    if (value >= size) {
      throw new ConfigException(
          "%s: expected 0 to %d, below %s, got %d".formatted(name, size - 1, bound, value));
    }
  }
}
