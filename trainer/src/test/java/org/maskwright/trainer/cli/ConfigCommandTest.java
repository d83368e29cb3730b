package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void checkNamesEveryProblemOfEveryFileAndEndsWithThree() throws IOException {
    String first = write("first.conf", "no-such-key = 1\nnor-this = 2\n");
    String second = write("second.conf", "\n\nnor-that = 3\n");
    assertEquals(3, run("config", "check", first, second));
    assertEquals("", out.toString());
    assertTrue(err.toString().contains("first.conf:1: no-such-key: unknown key"), err.toString());
    assertTrue(err.toString().contains("first.conf:2: nor-this: unknown key"), err.toString());
    assertTrue(err.toString().contains("second.conf:3: nor-that: unknown key"), err.toString());
  }

  @Test
  void aMissingFileEndsWithThreeAndOneMessage() {
    assertEquals(3, run("config", "show", folder.resolve("none.conf").toString()));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains("none.conf: no such file"), err.toString());
  }

  @Test
  void aWrongOverrideEndsWithThree() throws IOException {
    String file = write("good.conf", "");
    assertEquals(3, run("config", "show", file, "--set", "no-such-key=1"));
    assertTrue(err.toString().contains("--set: no-such-key: unknown key"), err.toString());
  }

  @Test
  void verboseAddsTheStackTrace() throws IOException {
    String file = write("bad.conf", "no-such-key = 1\n");
    assertEquals(3, run("config", "show", file, "-v"));
    assertTrue(err.toString().contains("\tat org.maskwright"), err.toString());
  }

  @Test
  void referenceIsMarkdown() {
    assertEquals(0, run("config", "reference"));
    assertTrue(out.toString().startsWith("# Configuration keys\n"), out.toString());
  }

  @Test
  void aMisspeltCommandIsNamedWithTheNearestOnes() {
    assertEquals(2, run("confg"));
    assertTrue(err.toString().contains("config"), err.toString());
  }
}
