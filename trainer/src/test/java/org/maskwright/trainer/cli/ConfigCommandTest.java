package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
  void thePageOfRecipesIsThatOfTheConfigurations() throws IOException {
    // Repair with: ./maskwright config recipes configs/*/*.conf > docs/recipes.md
    Path home = Path.of("..").toAbsolutePath().normalize();
    List<String> words = new ArrayList<>(List.of("config", "recipes"));
    for (String data : List.of("ade20k", "cityscapes", "coco")) {
      for (String task : List.of("instance", "panoptic", "semantic")) {
        words.add(home.resolve("configs/" + data + "/" + task + ".conf").toString());
      }
    }
    assertEquals(0, run(words.toArray(String[]::new)), err.toString());
    assertEquals(
        Files.readString(home.resolve("docs/recipes.md")), out.toString().replace(home + "/", ""));
  }

  @Test
  void aModelLiesOverTheExperimentAndTheirRecipeOverBoth() throws IOException {
    Files.createDirectories(folder.resolve("models"));
    write("models/small.conf", "train { steps = 20, batch-size = 2 }\n");
    write("models/large.conf", "train { steps = 20, batch-size = 2 }\n");
    String file =
        write(
            "own.conf",
            """
            train { steps = 10, batch-size = 1, log-every = 3 }
            recipes {
              "*" { train.batch-size = 5, train.log-every = 7 }
              large { result = AP 1, train.steps = 30, train.log-every = 9 }
            }
            """);
    assertEquals(List.of("10", "1", "3"), shown(file));
    assertEquals(List.of("20", "5", "7"), shown(file, "--model", "small"));
    assertEquals(List.of("30", "5", "9"), shown(file, "--model", "large"));
    assertEquals(List.of("4", "5", "9"), shown(file, "--model", "large", "--set", "train.steps=4"));
    String byFile = folder.resolve("models/large.conf").toString();
    assertEquals(List.of("30", "5", "9"), shown(file, "--model", byFile));
  }

  /** Steps, batch size and log interval that {@code config show} prints. */
  private List<String> shown(String... words) {
    out.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(List.of("config", "show"));
    all.addAll(List.of(words));
    assertEquals(0, run(all.toArray(String[]::new)), err.toString());
    return Stream.of("steps", "batch-size", "log-every")
        .map(
            key ->
                out.toString()
                    .lines()
                    .filter(line -> line.startsWith("train." + key + " "))
                    .map(line -> line.split(" +", -1)[2])
                    .findFirst()
                    .orElseThrow())
        .toList();
  }

  @Test
  void aModelThatIsNotThereIsNamedWithTheNearest() throws IOException {
    Files.createDirectories(folder.resolve("models"));
    write("models/small.conf", "");
    String file = write("own.conf", "");
    assertEquals(3, run("config", "show", file, "--model", "smal"));
    assertTrue(
        err.toString().contains("smal; did you mean small?; known names: small"), err.toString());
  }

  @Test
  void recipesThatAreNoSectionsOrOfNoModelAreRefused() throws IOException {
    assertEquals(3, run("config", "check", write("a.conf", "recipes = 3")));
    assertTrue(err.toString().contains("a.conf:1: recipes: expected a section"), err.toString());
    assertEquals(3, run("config", "check", write("b.conf", "recipes { nobody { result = 1 } }")));
    assertTrue(err.toString().contains("nobody"), err.toString());
    assertEquals(
        3,
        run(
            "config",
            "check",
            write("c.conf", "recipes.mask2former-r50 { result = PQ 1, nonsense = 2 }"),
            "--model",
            "mask2former-r50"));
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
