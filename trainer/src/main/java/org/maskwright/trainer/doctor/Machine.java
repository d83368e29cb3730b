package org.maskwright.trainer.doctor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.maskwright.engine.runtime.Threads;

/** Operating system, processor, container and memory, as Linux tells them. */
final class Machine {
  /** What native libraries choose their kernels by, in the order of their age. */
  private static final List<String> INSTRUCTION_SETS =
      List.of(
          "sse4_1",
          "sse4_2",
          "avx",
          "f16c",
          "fma",
          "avx2",
          "avx_vnni",
          "avx512f",
          "avx512bw",
          "avx512_vnni",
          "avx512_bf16",
          "amx_tile",
          "amx_bf16",
          "asimd",
          "sve",
          "sve2",
          "bf16");

  /** Below this, not even a small model can be trained. */
  private static final long TOO_LITTLE = Bytes.GIB;

  /** What training a small model takes. */
  private static final long LITTLE = 4 * Bytes.GIB;

  private final SystemFiles files;
  private final Container container;

  Machine(SystemFiles files) {
    this.files = files;
    this.container = Container.of(files);
  }

  List<Fact> facts() {
    List<Fact> out = new ArrayList<>();
    String system =
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch");
    out.add(new Fact("machine", "system", system + release()));
    out.add(new Fact("machine", "processor", processor()));
    out.add(new Fact("machine", "instructions", instructions()));
    out.add(new Fact("machine", "cores", cores()));
    out.add(new Fact("machine", "container", limits()));
    files
        .line("proc/loadavg")
        .ifPresent(
            l -> out.add(new Fact("machine", "load", l.split(" ", -1)[0] + " in the last minute")));
    out.add(new Fact("memory", "of the machine", memory()));
    files
        .line("sys/kernel/mm/transparent_hugepage/enabled")
        .ifPresent(l -> out.add(new Fact("memory", "huge pages", l)));
    return out;
  }

  /** Whether there is memory to train in. */
  Finding memoryFinding() {
    OptionalLong available = available();
    if (available.isEmpty()) {
      return Finding.ok("machine", "memory", "this system does not tell how much is available");
    }
    long bytes = available.getAsLong();
    String text = Bytes.text(bytes) + " available";
    String advice = "end other programs, or raise the container's limit";
    if (bytes < TOO_LITTLE) {
      return Finding.wrong("machine", "memory", text + ": too little for any training", advice);
    }
    return bytes < LITTLE
        ? Finding.note("machine", "memory", text + ": enough for small models only", advice)
        : Finding.ok("machine", "memory", text);
  }

  private String release() {
    return files
        .value("etc/os-release", "PRETTY_NAME", '=')
        .map(name -> ", " + name.replace("\"", ""))
        .orElse("");
  }

  private String processor() {
    Optional<String> name = files.value("proc/cpuinfo", "model name", ':');
    String family =
        files
            .value("proc/cpuinfo", "cpu family", ':')
            .map(
                f ->
                    " (family "
                        + f
                        + ", model "
                        + files.value("proc/cpuinfo", "model", ':').orElse("?")
                        + ")")
            .orElse("");
    return name.orElse("not told") + family;
  }

  private String instructions() {
    Optional<String> flags =
        files
            .value("proc/cpuinfo", "flags", ':')
            .or(() -> files.value("proc/cpuinfo", "Features", ':'));
    if (flags.isEmpty()) {
      return "not told";
    }
    Set<String> all = new TreeSet<>(Arrays.asList(flags.get().split(" ", -1)));
    return INSTRUCTION_SETS.stream().filter(all::contains).collect(Collectors.joining(" "));
  }

  private static String cores() {
    int seen = Runtime.getRuntime().availableProcessors();
    return "%d processors for this process, engines use %d threads"
        .formatted(seen, Threads.resolve(0));
  }

  private String limits() {
    List<String> out = new ArrayList<>();
    if (files.has(".dockerenv")) {
      out.add("Docker");
    }
    container
        .processors()
        .ifPresent(n -> out.add(String.format(Locale.ROOT, "time of %.1f processors", n)));
    container.memoryBytes().ifPresent(n -> out.add("memory " + Bytes.text(n)));
    return out.isEmpty() ? "no limits" : String.join(", ", out);
  }

  private String memory() {
    Optional<Long> total = kib("MemTotal");
    Optional<Long> free = kib("MemAvailable");
    if (total.isEmpty() || free.isEmpty()) {
      return "not told";
    }
    String swap = kib("SwapTotal").map(b -> ", swap " + Bytes.text(b)).orElse("");
    return Bytes.text(total.get()) + ", " + Bytes.text(free.get()) + " available" + swap;
  }

  /** The smaller of what the machine has left and what the container may still take. */
  private OptionalLong available() {
    Optional<Long> machine = kib("MemAvailable");
    if (machine.isEmpty()) {
      return OptionalLong.empty();
    }
    long bytes = machine.get();
    if (container.memoryBytes().isPresent()) {
      long left = container.memoryBytes().getAsLong() - container.memoryUsedBytes().orElse(0);
      bytes = Math.min(bytes, Math.max(0, left));
    }
    return OptionalLong.of(bytes);
  }

  private Optional<Long> kib(String key) {
    return files
        .value("proc/meminfo", key, ':')
        .map(v -> v.split(" ", -1)[0])
        .filter(v -> v.matches("[0-9]{1,15}"))
        .map(v -> Long.parseLong(v) << 10);
  }
}
