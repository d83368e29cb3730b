package org.maskwright.trainer.launch;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines that run a class as this process runs: with its Java, options and class path. */
public final class SameJava {
  private SameJava() {}

  /**
   * The command line.
   *
   * @param main class that is run
   * @param options for the JVM, beside those of this process
   */
  public static List<String> command(String main, List<String> options, List<String> arguments) {
    List<String> out = new ArrayList<>();
    out.add(
        ProcessHandle.current()
            .info()
            .command()
            .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(o -> !o.startsWith("-javaagent") && !o.startsWith("-agentlib"))
        // Of this process's terminal and file descriptors, which the others do not have.
        .filter(o -> !o.startsWith("-Dmaskwright.terminal") && !o.startsWith("-Dmaskwright.stderr"))
        .forEach(out::add);
    out.addAll(options);
    out.add("-cp");
    out.add(System.getProperty("java.class.path"));
    out.add(main);
    out.addAll(arguments);
    return out;
  }
}
