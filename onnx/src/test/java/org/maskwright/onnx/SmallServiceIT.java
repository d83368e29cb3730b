package org.maskwright.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service has to ship: no engine, no ND4J, no OpenCV. */
class SmallServiceIT {
  private static final long MOST_BYTES = 30_000_000;

  /** Parts of the class path that a service needs; what else tests have is left out. */
  private static final List<String> NEEDED =
      List.of(
          "onnx/target/",
          "datasets/target/",
          "model-zoo/target/",
          "api/target/",
          "files/target/",
          "settings/target/",
          "maskwright-",
          "onnxruntime-",
          "jackson-core-");

  private static final List<String> UNNEEDED = List.of("engine-torch", "torch/target", "simd");

  @TempDir private Path folder;

  private static List<String> classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> NEEDED.stream().anyMatch(entry::contains))
        .filter(entry -> UNNEEDED.stream().noneMatch(entry::contains))
        .toList();
  }

  @Test
  void aProgramWithoutAnEngineSeesTheSame() throws Exception {
    Path file = OnnxExample.write(folder.resolve("tiny.onnx"));
    Path picture = folder.resolve("scene.png");
    ImageIO.write(OnnxExample.picture(), "png", picture.toFile());
    String expected;
    try (OnnxSegmenter segmenter = OnnxSegmenter.open(file, 1)) {
      expected = OnnxExample.text(segmenter.segment(ImageIO.read(picture.toFile())).semantic());
    }
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                String.join(File.pathSeparator, classPath()),
                Service.class.getName(),
                file.toString(),
                picture.toString())
            .redirectError(log.toFile())
            .start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertEquals(0, process.waitFor(), Files.readString(log));
    assertEquals(expected, lines.get(0));
    assertEquals("5", lines.get(1));
  }

  @Test
  void itIsSmallerThanThirtyMegabytesWithTheNativesOfOnePlatform() throws IOException {
    long bytes = 0;
    for (String entry : classPath()) {
      if (!entry.contains("test-classes")) {
        bytes += entry.contains("onnxruntime-") ? ofThisPlatform(entry) : size(Path.of(entry));
      }
    }
    assertTrue(bytes > 10_000_000 && bytes < MOST_BYTES, bytes + " bytes");
  }

  /** Unpacked bytes of a jar's classes and of the natives that this machine needs. */
  private static long ofThisPlatform(String jar) throws IOException {
    boolean arm = System.getProperty("os.arch").toLowerCase(Locale.ROOT).startsWith("aarch");
    String platform = arm ? "aarch64" : "x64";
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String name = system.startsWith("mac") ? "osx" : system.startsWith("win") ? "win" : "linux";
    try (ZipFile zip = new ZipFile(jar)) {
      return zip.stream()
          .filter(
              e ->
                  !e.getName().contains("/native/")
                      || e.getName().contains("/native/" + name + "-" + platform + "/"))
          .filter(e -> !e.getName().endsWith(".pdb") && !e.getName().contains(".dSYM"))
          .mapToLong(e -> e.getSize())
          .sum();
    }
  }

  private static long size(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return Files.size(path);
    }
    try (Stream<Path> all = Files.walk(path)) {
      return all.filter(Files::isRegularFile).mapToLong(p -> p.toFile().length()).sum();
    }
  }
}
