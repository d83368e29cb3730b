package org.maskwright.engine.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CustomOpExampleTest {
  private static String between(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    int start = text.indexOf(from);
    int end = to.isEmpty() ? text.length() : text.indexOf(to, start);
    return text.substring(start, end).replaceAll("(?m)^ \\*", "").replaceAll("@Override|\\s+", "");
  }

  @Test
  void theDocumentedExampleIsTheOneThatIsTested() throws IOException {
    String documented =
        between(
            Path.of("src/main/java/org/maskwright/engine/tensor/CustomOp.java"),
            "final class Cube",
            "Tensor y =");
    String tested =
        between(
            Path.of("src/test/java/org/maskwright/engine/conformance/Cube.java"),
            "final class Cube",
            "");
    assertEquals(tested, documented);
  }
}
