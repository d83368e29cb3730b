package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script, with a Java and a Maven that only say what they were called with. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  @TempDir private Path folder;
  private Path home;
  private String out;
  private String err;

  @BeforeEach
  void makeHome() throws IOException {
    Path repository = Path.of("").toAbsolutePath().getParent();
    home = folder.resolve("home");
    copy(repository.resolve("maskwright"), home.resolve("maskwright"));
    Path runtime = Path.of("trainer/launcher/runtime.sh");
    copy(repository.resolve(runtime), home.resolve(runtime));
    Path jar = home.resolve("trainer/target/maskwright-trainer.jar");
    script(jar, "");
    Files.writeString(jar.resolveSibling("maskwright.classpath"), jar.toString());
    Path stamp = Files.writeString(jar.resolveSibling("maskwright.stamp"), "\n");
    Files.setLastModifiedTime(stamp, FileTime.from(Instant.now().plusSeconds(60)));
    java("");
  }

  private void java(String body) throws IOException {
    script(folder.resolve("jdk/bin/java"), body);
  }

  private static void script(Path file, String body) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/usr/bin/env bash\n" + body + "\n");
    assertTrue(file.toFile().setExecutable(true));
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(from, to);
  }

  private int launch(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", home.resolve("maskwright").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().putAll(environment);
    Path said = folder.resolve("out");
    Path complained = folder.resolve("err");
    builder.redirectOutput(said.toFile()).redirectError(complained.toFile());
    Process process = builder.start();
    assertTrue(process.waitFor(1, TimeUnit.MINUTES));
    out = Files.readString(said, StandardCharsets.UTF_8);
    err = Files.readString(complained, StandardCharsets.UTF_8);
    return process.exitValue();
  }

  /** The filter may end a moment after the program. */
  private void awaitInErr(String text) throws IOException, InterruptedException {
    for (int i = 0; i < 500 && !err.contains(text); i++) {
      Thread.sleep(10);
      err = Files.readString(folder.resolve("err"), StandardCharsets.UTF_8);
    }
    assertTrue(err.contains(text), err);
  }

  @Test
  void linesOfOtherLibrariesAreDroppedAndOthersPass() throws Exception {
    java(
        """
        echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2
        echo 'libpng warning: iCCP: known incorrect sRGB profile' >&2
        echo 'Corrupt JPEG data: premature end of data segment' >&2
        echo 'our own message' >&3
        echo 'Error: Could not create the Java Virtual Machine.' >&2
        echo 'result'
        exit 4""");
    assertEquals(4, launch(Map.of(), "train", "x.conf"));
    assertEquals("result\n", out);
    awaitInErr("Could not create the Java Virtual Machine.");
    assertTrue(err.startsWith("our own message\n"), err);
    assertFalse(err.contains("incubator") || err.contains("libpng") || err.contains("JPEG"), err);
  }

  @Test
  void verboseShowsEveryLine() throws Exception {
    java("echo 'libpng warning: iCCP' >&2");
    assertEquals(0, launch(Map.of(), "-v", "train"));
    assertEquals("libpng warning: iCCP\n", err);
  }

  @Test
  void helpIsAskedOfAJvmWithoutIncubatorModules() throws Exception {
    java("echo \"$*\"");
    assertEquals(0, launch(Map.of(), "train", "--help"));
    assertFalse(out.contains("incubator"), out);
  }

  @Test
  void aLocaleOfAsciiGivesWayToUnicode() throws Exception {
    java("echo \"$LC_ALL\"");
    assertEquals(0, launch(Map.of("LC_ALL", "C"), "train"));
    assertEquals("C.UTF-8\n", out);
    assertEquals(0, launch(Map.of("LC_ALL", "no_SUCH.locale"), "train"));
    assertEquals("C.UTF-8\n", out);
    assertEquals(0, launch(Map.of("LC_ALL", "C.UTF-8"), "train"));
    assertEquals("C.UTF-8\n", out);
  }

  @Test
  void whereStandardErrorIsNoTerminalNoBarIsAskedFor() throws Exception {
    java("echo \"$*\"");
    assertEquals(0, launch(Map.of("COLUMNS", "80"), "train"));
    assertFalse(out.contains("terminal.columns"), out);
  }

  @Test
  void aCommandAfterABuildIsToldSoAndNoOther() throws Exception {
    java("echo \"$*\"");
    Path bin = folder.resolve("bin");
    script(bin.resolve("mvn"), "");
    String path = bin + ":" + System.getenv("PATH");
    assertEquals(0, launch(Map.of("PATH", path), "train"), err);
    assertFalse(out.contains("maskwright.built"), out);
    Files.delete(home.resolve("trainer/target/maskwright.stamp"));
    assertEquals(0, launch(Map.of("PATH", path), "train"), err);
    assertTrue(out.contains("-Dmaskwright.built=true"), out);
  }

  @Test
  void aBuildLeavesNoEscapeCodes() throws Exception {
    Files.delete(home.resolve("trainer/target/maskwright.stamp"));
    Path bin = folder.resolve("bin");
    script(bin.resolve("mvn"), "printf '\\033[0m\\033[1;31mwarned\\033[m\\n\\033[0m'");
    String path = bin + ":" + System.getenv("PATH");
    assertEquals(0, launch(Map.of("PATH", path), "train"), err);
    assertTrue(err.contains("building") && err.contains("\nwarned\n"), err);
    assertFalse(err.contains("\u001b"), err);
    script(bin.resolve("mvn"), "exit 1");
    Files.delete(home.resolve("trainer/target/maskwright.stamp"));
    assertEquals(1, launch(Map.of("PATH", path), "train"), err);
    assertTrue(err.contains("the build failed"), err);
  }
}
