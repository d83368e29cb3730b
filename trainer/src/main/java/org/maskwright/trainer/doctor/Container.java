package org.maskwright.trainer.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Limits that the kernel sets on this process's control group (cgroup version 2, or 1).
 *
 * @param processors how many processors' time it may use; empty = no limit
 * @param memoryBytes how much memory it may use; empty = no limit
 * @param memoryUsedBytes how much of it the group uses
 */
record Container(
    OptionalDouble processors, OptionalLong memoryBytes, OptionalLong memoryUsedBytes) {
  private static final String ROOT = "sys/fs/cgroup";

  /** Version 1 writes "no limit" as the largest multiple of a page. */
  private static final long UNLIMITED = 1L << 60;

  static Container of(SystemFiles files) {
    OptionalDouble processors = OptionalDouble.empty();
    OptionalLong memory = OptionalLong.empty();
    OptionalLong used = OptionalLong.empty();
    for (String folder : folders(files)) { // the narrowest group of a chain binds
      OptionalDouble cpu = quota(files, folder);
      if (cpu.isPresent()
          && (processors.isEmpty() || cpu.getAsDouble() < processors.getAsDouble())) {
        processors = cpu;
      }
      OptionalLong limit = number(files.line(folder + "/memory.max"));
      if (limit.isPresent() && (memory.isEmpty() || limit.getAsLong() < memory.getAsLong())) {
        memory = limit;
        used = number(files.line(folder + "/memory.current"));
      }
    }
    if (memory.isEmpty()) {
      memory = number(files.line(ROOT + "/memory/memory.limit_in_bytes"));
      used = number(files.line(ROOT + "/memory/memory.usage_in_bytes"));
    }
    return new Container(processors, memory, used);
  }

  /** This process's group and the groups around it. */
  private static List<String> folders(SystemFiles files) {
    List<String> out = new ArrayList<>();
    String path = "";
    for (String line : files.lines("proc/self/cgroup")) {
      if (line.startsWith("0::/")) {
        path = line.substring("0::".length()).strip();
      }
    }
    while (path.length() > 1) {
      out.add(ROOT + path);
      path = path.substring(0, path.lastIndexOf('/'));
    }
    out.add(ROOT);
    return out;
  }

  private static OptionalDouble quota(SystemFiles files, String folder) {
    Optional<String> line = files.line(folder + "/cpu.max"); // "200000 100000" or "max 100000"
    if (line.isPresent()) {
      int space = line.get().indexOf(' ');
      return space < 0
          ? OptionalDouble.empty()
          : quota(line.get().substring(0, space), line.get().substring(space + 1));
    }
    return quota(
        files.line(ROOT + "/cpu/cpu.cfs_quota_us").orElse(""),
        files.line(ROOT + "/cpu/cpu.cfs_period_us").orElse(""));
  }

  private static OptionalDouble quota(String quota, String period) {
    OptionalLong time = number(Optional.of(quota));
    OptionalLong of = number(Optional.of(period));
    return time.isPresent() && of.isPresent() && of.getAsLong() > 0
        ? OptionalDouble.of((double) time.getAsLong() / of.getAsLong())
        : OptionalDouble.empty();
  }

  /** Empty for "max", "-1" and what else means no limit. */
  private static OptionalLong number(Optional<String> text) {
    if (text.isEmpty() || !text.get().matches("[0-9]{1,19}")) {
      return OptionalLong.empty();
    }
    double value = Double.parseDouble(text.get());
    return value < UNLIMITED ? OptionalLong.of((long) value) : OptionalLong.empty();
  }
}
