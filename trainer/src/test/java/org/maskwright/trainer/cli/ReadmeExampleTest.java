package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library example of README.md is code that compiles. */
class ReadmeExampleTest {
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @Test
  void theLibraryExampleCompiles(@TempDir Path folder) throws IOException {
    String readme = Files.readString(DocumentedCommand.HOME.resolve("README.md"));
    Matcher example = JAVA.matcher(readme);
    assertTrue(example.find(), "README.md has no Java example");
    String source =
        imports()
            + "class Example {\n  void run() throws Exception {\n"
            + example.group(1)
            + "  }\n}\n";
    Path file = Files.writeString(folder.resolve("Example.java"), source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of("-proc:none", "-d", folder.toString()),
                  null,
                  files.getJavaFileObjects(file))
              .call();
      assertEquals("", messages.toString());
      assertTrue(compiled);
    }
  }

  /** A reader's IDE finds these; every public package of ours is among them. */
  private static String imports() throws IOException {
    StringBuilder imports = new StringBuilder("import java.nio.file.*;\nimport java.util.*;\n");
    for (String module : List.of("engine/api", "datasets", "model-zoo", "trainer")) {
      Path sources = DocumentedCommand.HOME.resolve(module).resolve("src/main/java");
      try (Stream<Path> files = Files.walk(sources)) {
        files
            .filter(f -> f.endsWith("package-info.java"))
            .map(f -> sources.relativize(f.getParent()).toString().replace('/', '.'))
            .map(name -> "import " + name + ".*;\n")
            .forEach(imports::append);
      }
    }
    return imports.toString();
  }
}
