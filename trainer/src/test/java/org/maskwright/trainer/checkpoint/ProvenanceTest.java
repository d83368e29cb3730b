package org.maskwright.trainer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.Versions;

class ProvenanceTest {
  private static final String HOME = "maskwright.home";

  @TempDir private Path folder;

  private static Provenance current() {
    return Provenance.current(
        7, "torch", "cuda:0", List.of("train", "--seed=7"), Map.of("val", "b", "train", "a"));
  }

  /** The values of a JSON object by their path. */
  private static Map<String, String> values(String json) throws IOException {
    Map<String, String> out = new LinkedHashMap<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      while (parser.nextToken() != null) {
        if (parser.currentToken().isScalarValue()) {
          String path = parser.getParsingContext().pathAsPointer().toString();
          out.put(path.substring(1), parser.getText());
        }
      }
    }
    return out;
  }

  @Test
  void everythingThatMadeARunIsInItsFile() throws IOException {
    Instant before = Instant.now();
    Provenance now = current();
    String json = now.toJson();
    assertTrue(json.endsWith("}\n") && json.contains("\n  \"seed\" : 7"), json);
    Map<String, String> values = values(json);
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("started", now.started().toString());
    expected.put("command/0", "train");
    expected.put("command/1", "--seed=7");
    expected.put("commit", now.commit());
    expected.put("seed", "7");
    expected.put("backend", "torch");
    expected.put("device", "cuda:0");
    expected.put("versions/maskwright", Versions.current().maskwright());
    expected.put("versions/pytorch", Versions.current().pytorch());
    expected.put("versions/nd4j", Versions.current().nd4j());
    expected.put("versions/javacpp", Versions.current().javacpp());
    expected.put("java", now.java());
    expected.put("os", now.os());
    expected.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    expected.put("data/train", "a");
    expected.put("data/val", "b");
    assertEquals(List.copyOf(expected.entrySet()), List.copyOf(values.entrySet()));
    assertFalse(now.started().isBefore(before));
    assertEquals(
        System.getProperty("java.runtime.version") + " " + System.getProperty("java.vendor"),
        now.java());
    for (String part : List.of("os.name", "os.version", "os.arch")) {
      assertTrue(now.os().contains(System.getProperty(part)), now.os());
    }
  }

  private static String commitIn(Path home) {
    String before = System.getProperty(HOME);
    try {
      System.setProperty(HOME, home.toString());
      return current().commit();
    } finally {
      restore(before);
    }
  }

  private static void restore(String home) {
    if (home == null) {
      System.clearProperty(HOME);
    } else {
      System.setProperty(HOME, home);
    }
  }

  private String git(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
    command.addAll(List.of("-c", "user.name=a", "-c", "user.email=a@b"));
    command.addAll(List.of(arguments));
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      Assumptions.abort("no git here");
      return "";
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said.trim();
  }

  @Test
  void theCommitIsThatOfTheSourceAndSaysWhetherFilesDifferFromIt() throws Exception {
    Path file = Files.writeString(folder.resolve("a.txt"), "a");
    git("init", "--quiet");
    assertEquals("unknown", commitIn(folder), "no commit yet");
    git("add", "a.txt");
    git("commit", "--quiet", "-m", "first");
    String commit = git("rev-parse", "HEAD");
    assertEquals(commit, commitIn(folder));
    Files.writeString(file, "b");
    assertEquals(commit + "-dirty", commitIn(folder));
  }

  @Test
  void withoutARepositoryTheCommitIsUnknown() {
    assertEquals("unknown", commitIn(folder.resolve("none")));
    String before = System.getProperty(HOME);
    try {
      System.clearProperty(HOME);
      assertEquals("unknown", current().commit());
    } finally {
      restore(before);
    }
  }
}
