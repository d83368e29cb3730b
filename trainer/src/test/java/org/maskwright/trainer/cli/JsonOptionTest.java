package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** {@code --json} means the same in every command. */
final class JsonOptionTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  private static List<CommandLine> commands(CommandLine of) {
    List<CommandLine> leaves = new ArrayList<>();
    of.getSubcommands().values().forEach(sub -> leaves.addAll(commands(sub)));
    boolean isGroup =
        !of.getSubcommands().isEmpty() && of.getCommandSpec().positionalParameters().isEmpty();
    if (!isGroup) {
      leaves.add(of);
    }
    return leaves;
  }

  @Test
  void everyCommandHasTheOptionInOneForm() {
    List<CommandLine> all =
        commands(Maskwright.commandLine(new PrintWriter(out), new PrintWriter(err)));
    assertTrue(all.size() >= 17, "commands: " + all.size());
    for (CommandLine command : all) {
      String name = command.getCommandSpec().qualifiedName();
      OptionSpec json = command.getCommandSpec().findOption("--json");
      assertNotNull(json, name);
      assertEquals("0..1", json.arity().toString(), name);
      assertEquals("FILE", json.paramLabel(), name);
    }
  }

  private static void assertJson(String text) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      assertTrue(parser.nextToken().isStructStart(), text);
      while (parser.nextToken() != null) {}
    }
  }

  @Test
  void aloneItReplacesTheTextAndTakesNoArgumentForItsFile() throws IOException {
    assertEquals(0, run("config", "check", "--json", "../configs/quickstart.conf"), err::toString);
    assertJson(out.toString());
    assertEquals(0, run("inspect", "models", "--json"), err::toString);
    assertJson(out.toString());
  }

  @Test
  void withAFileTheTextIsPrintedAsEver() throws IOException {
    Path file = folder.resolve("a/result.json");
    assertEquals(
        0, run("config", "check", "--json=" + file, "../configs/quickstart.conf"), err::toString);
    assertTrue(out.toString().startsWith("ok "), out.toString());
    assertJson(Files.readString(file));
  }

  @Test
  void aFileThatCannotBeWrittenIsAnErrorOfOutputAndLeavesNothing() throws IOException {
    Path taken = Files.writeString(folder.resolve("taken"), "mine");
    assertEquals(7, run("inspect", "models", "--json=" + taken.resolve("x.json")));
    assertTrue(err.toString().contains("taken"), err.toString());
    assertFalse(err.toString().contains("java."), err.toString());
    assertEquals("mine", Files.readString(taken));
  }
}
