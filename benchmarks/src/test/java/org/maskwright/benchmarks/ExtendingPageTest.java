package org.maskwright.benchmarks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The examples of docs/extending.md are passages of the files that stand above them. */
class ExtendingPageTest {
  private static final Path PAGE = Path.of("../docs/extending.md");

  /** A block of code, and the comment above it that names its file, if there is one. */
  private static final Pattern BLOCK =
      Pattern.compile("(?:<!-- from (\\S+) -->\n)?```\\w+\n(.*?)```\n", Pattern.DOTALL);

  @Test
  void everyExampleIsAPassageOfTheFileThatItNames() throws IOException {
    List<String> wrong = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(Files.readString(PAGE));
    int count = 0;
    while (blocks.find()) {
      count++;
      String file = blocks.group(1);
      String passage = flush(blocks.group(2));
      if (file == null || !flush(Files.readString(Path.of("..", file))).contains(passage)) {
        wrong.add((file == null ? "no file named" : "not in " + file) + ":\n" + passage);
      }
    }
    assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    assertTrue(count >= 6, "examples found: " + count);
  }

  private static String flush(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n", "", "\n"));
  }
}
