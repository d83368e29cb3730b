package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.maskwright.trainer.cli.Maskwright;

/** A training process that is killed. */
final class KilledTraining {
  private KilledTraining() {}

  /**
   * Runs a command of the command line in a process of its own, until it is killed.
   *
   * @param steps that it is to take; 0 = killed while it starts or takes the first
   * @param micros how long after that
   */
  static void runUntilKilled(List<String> arguments, int steps, int micros) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--add-modules", // as this JVM: other kernels round otherwise
                "jdk.incubator.vector",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dorg.bytedeco.javacpp.maxbytes=0",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                Maskwright.class.getName()));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .start();
    List<String> said = new ArrayList<>();
    boolean signalled = false;
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      int seen = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(line);
        boolean ready = line.startsWith("model: ");
        seen += line.startsWith("step=") ? 1 : 0;
        if (!signalled && (steps == 0 ? ready : seen == steps)) {
          LockSupport.parkNanos(micros * 1000L);
          process.toHandle().destroyForcibly(); // SIGKILL
          signalled = true;
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertNotNull(signalled ? process : null, () -> "ended by itself: " + said);
    assertEquals(
        List.of(), said.stream().filter(l -> l.startsWith("maskwright: ")).toList(), "errors");
  }
}
