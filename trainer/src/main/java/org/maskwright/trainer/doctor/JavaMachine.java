package org.maskwright.trainer.doctor;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.util.List;
import java.util.stream.Collectors;
import org.maskwright.engine.check.Vectors;
import org.maskwright.trainer.Versions;

/** The JVM that runs this, and what of ours it runs. */
final class JavaMachine {
  private JavaMachine() {}

  static List<Fact> facts() {
    String collectors =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .map(GarbageCollectorMXBean::getName)
            .collect(Collectors.joining(", "));
    Versions versions = Versions.current();
    return List.of(
        new Fact(
            "java",
            "version",
            System.getProperty("java.runtime.version")
                + " ("
                + System.getProperty("java.vendor")
                + ")"),
        new Fact("java", "home", System.getProperty("java.home")),
        new Fact("java", "heap", "at most " + Bytes.text(Runtime.getRuntime().maxMemory())),
        new Fact("java", "collector", collectors),
        new Fact("java", "vectors", Vectors.description()),
        new Fact("java", "file names", System.getProperty("sun.jnu.encoding")),
        new Fact("versions", "maskwright", versions.maskwright()),
        new Fact("versions", "pytorch binding", versions.pytorch()),
        new Fact("versions", "nd4j", versions.nd4j()),
        new Fact("versions", "javacpp", versions.javacpp()));
  }

  static Finding vectorFinding() {
    return Vectors.missingBecause()
        .map(
            why ->
                Finding.note(
                    "machine",
                    "vectors",
                    "kernels in Java are scalar: " + why,
                    "results are right but slower; use a full JDK and the launcher"))
        .orElseGet(
            () -> Finding.ok("machine", "vectors", "kernels in Java use " + Vectors.description()));
  }

  static Finding fileNameFinding() {
    String encoding = System.getProperty("sun.jnu.encoding", "");
    return Charset.isSupported(encoding) && Charset.forName(encoding).newEncoder().canEncode("é中")
        ? Finding.ok("machine", "file names", "of any script")
        : Finding.note(
            "machine",
            "file names",
            "only those in " + encoding + " can be opened",
            "set LC_ALL=C.UTF-8");
  }
}
