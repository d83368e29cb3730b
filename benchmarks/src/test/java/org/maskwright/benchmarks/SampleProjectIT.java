package org.maskwright.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;

/**
 * The program of docs/sample, built by Maven against our artifacts as they are installed, without
 * the project around it, and run.
 */
class SampleProjectIT {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final String VERSION = "0.1.0-SNAPSHOT";

  private static final List<String> MODULES =
      List.of(
          "files",
          "settings",
          "engine/api",
          "engine/simd",
          "engine/torch",
          "engine/nd4j",
          "datasets",
          "model-zoo",
          "onnx",
          "dl4j",
          "ffmpeg",
          "trainer");

  /** A small model on small pictures. */
  private static final List<String> SMALL =
      List.of(
          "engine.threads=1",
          "engine.device=cpu",
          "model.hidden-dim=32",
          "model.mask-dim=32",
          "model.backbone.resnet.width=8",
          "model.pixel-decoder.deformable.heads=2",
          "model.decoder.masked-attention.heads=2",
          "augment.lsj.height=64",
          "augment.lsj.width=64",
          "criterion.points.points=64");

  @TempDir private Path temp;

  @Test
  void theSampleIsBuiltFromInstalledArtifactsAndTrains() throws Exception {
    Map<String, Path> jars = jars();
    jars.forEach(
        (artifact, jar) ->
            assumeTrue(
                Files.exists(jar), artifact + " is not packaged: run mvn verify, not mvn test"));
    Path repository = repository(jars);
    Path sample = copy(HOME.resolve("docs/sample"), temp.resolve("sample"));
    String built =
        run(
            sample,
            List.of("mvn", "-o", "-q", "-B", "-Dmaven.repo.local=" + repository, "package"));
    assertEquals("", built.lines().filter(l -> l.contains("ERROR")).findFirst().orElse(""), built);

    Path data = temp.resolve("scenes");
    Scenes.write(data, new ScenesConfig(1, 12, 3, 64, 48, 2));
    Path photograph;
    try (Stream<Path> files = Files.walk(data.resolve("images/val"))) {
      photograph = files.filter(Files::isRegularFile).sorted().findFirst().orElseThrow();
    }
    String libraries = Files.readString(sample.resolve("target/classpath"));
    assertFalse(libraries.contains("slf4j-nop"), "no logging framework is forced on a user");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx1g", "-cp", "target/sample-1.0.jar" + File.pathSeparator + libraries));
    command.addAll(List.of("sample.SampleProgram", data.toString(), photograph.toString()));
    command.addAll(List.of(temp.resolve("run").toString(), "2"));
    command.addAll(SMALL);
    String said = run(sample, command);
    assertTrue(said.contains("trained 2 steps"), said);
    long pixels =
        said.lines()
            .filter(l -> l.contains(" pixels "))
            .mapToLong(l -> Long.parseLong(l.strip().split(" ", 2)[0]))
            .sum();
    assertEquals(64 * 48, pixels, said);
  }

  @Test
  void everyJarNamesItsModule() throws IOException {
    for (Path jar : jars().values()) {
      assumeTrue(Files.exists(jar), jar + " is not packaged: run mvn verify, not mvn test");
      try (JarFile file = new JarFile(jar.toFile())) {
        String name = file.getManifest().getMainAttributes().getValue("Automatic-Module-Name");
        assertTrue(
            name != null && name.matches("org\\.maskwright(\\.[a-z0-9]+)+"), jar + ": " + name);
      }
    }
  }

  /** The jar of each artifact, where Maven packages it. */
  private static Map<String, Path> jars() {
    Map<String, Path> out = new LinkedHashMap<>();
    for (String module : MODULES) {
      String artifact = "maskwright-" + module.replace('/', '-');
      String name = module.equals("trainer") ? artifact : artifact + "-" + VERSION;
      out.put(artifact, HOME.resolve(module).resolve("target").resolve(name + ".jar"));
    }
    return out;
  }

  /** The user's local repository, with our artifacts in it that are not installed there. */
  private Path repository(Map<String, Path> jars) throws IOException {
    Path user = Path.of(System.getProperty("maskwright.local-repository"));
    Path out = Files.createDirectories(temp.resolve("repository/org"));
    link(user, out.getParent(), "org");
    link(user.resolve("org"), out, "maskwright");
    Path ours = out.resolve("maskwright");
    install(ours, "maskwright", "pom", HOME.resolve("pom.xml"));
    install(ours, "maskwright-bom", "pom", HOME.resolve("bom/pom.xml"));
    for (String module : MODULES) {
      String artifact = "maskwright-" + module.replace('/', '-');
      install(ours, artifact, "pom", HOME.resolve(module).resolve("pom.xml"));
      install(ours, artifact, "jar", jars.get(artifact));
    }
    return out.getParent();
  }

  /** So that whoever cleans up the folder meets no link out of it. */
  @AfterEach
  void unlink() throws IOException {
    try (Stream<Path> files = Files.walk(temp)) {
      for (Path link : files.filter(Files::isSymbolicLink).toList()) {
        Files.delete(link);
      }
    }
  }

  private static void link(Path from, Path to, String but) throws IOException {
    try (Stream<Path> children = Files.list(from)) {
      for (Path child : children.toList()) {
        if (!child.getFileName().toString().equals(but)) {
          Files.createSymbolicLink(to.resolve(child.getFileName()), child);
        }
      }
    }
  }

  private static void install(Path ours, String artifact, String ending, Path file)
      throws IOException {
    Path folder = Files.createDirectories(ours.resolve(artifact).resolve(VERSION));
    Files.copy(file, folder.resolve(artifact + "-" + VERSION + "." + ending));
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
    return to;
  }

  private String run(Path folder, List<String> command) throws IOException, InterruptedException {
    Path said = Files.createTempFile(temp, "said", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    int code = process.waitFor();
    String text = Files.readString(said, StandardCharsets.UTF_8);
    assertEquals(0, code, text);
    return text;
  }
}
