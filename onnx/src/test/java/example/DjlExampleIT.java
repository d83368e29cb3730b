package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.onnx.OnnxExample;
import org.maskwright.onnx.OnnxSegmenter;

/** The example of DJL in docs/onnx.md, built and run. */
class DjlExampleIT {
  @TempDir private Path folder;

  /** In a process of its own: DJL wants to be the first to start onnxruntime. */
  @Test
  void djlSeesWhatWeDo() throws Exception {
    Path file = OnnxExample.write(folder.resolve("tiny.onnx"));
    Path picture = folder.resolve("scene.png");
    ImageIO.write(OnnxExample.picture(), "png", picture.toFile());
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                DjlExample.class.getName(),
                file.toString(),
                picture.toString())
            .redirectError(log.toFile())
            .start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertEquals(0, process.waitFor(), Files.readString(log));
    try (OnnxSegmenter segmenter = OnnxSegmenter.open(file, 1)) {
      String expected =
          OnnxExample.text(segmenter.segment(ImageIO.read(picture.toFile())).semantic());
      assertEquals(expected, lines.get(lines.size() - 1));
    }
  }
}
