package org.maskwright.trainer.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigException.Problem;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.ConfigReference;
import org.maskwright.trainer.config.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright config}: looks at configuration files without running anything. */
@Command(
    name = "config",
    description = "Show, check and document configuration files.",
    synopsisSubcommandLabel = "COMMAND")
final class ConfigCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing: expected show, check or reference");
  }

  @Command(
      name = "show",
      description = "Print every resolved value of a file, and where it was written.")
  void show(
      @Parameters(paramLabel = "FILE", description = "A configuration file.") Path file,
      @Option(
              names = "--set",
              paramLabel = "KEY=VALUE",
              description = "Override a value; may be repeated.")
          List<String> overrides,
      @Mixin JsonOption json)
      throws IOException {
    ConfigFile config = ConfigFile.load(file, overrides == null ? List.of() : overrides);
    config.bind(RunSettings.class);
    PrintWriter out = spec.commandLine().getOut();
    if (json.isSet()) {
      writeJson(config.entries(), out);
    } else {
      writeLines(config.entries(), out);
    }
  }

  @Command(name = "check", description = "Find all mistakes in files; exit code 3 if there is any.")
  void check(
      @Parameters(paramLabel = "FILE", arity = "1..*", description = "Configuration files.")
          List<Path> files,
      @Option(
              names = "--set",
              paramLabel = "KEY=VALUE",
              description = "Override a value in each file; may be repeated.")
          List<String> overrides) {
    var problems = new ArrayList<Problem>();
    for (Path file : files) {
      try {
        ConfigFile config = ConfigFile.load(file, overrides == null ? List.of() : overrides);
        config.bind(RunSettings.class);
        spec.commandLine().getOut().println("ok " + config.name());
      } catch (ConfigException e) {
        problems.addAll(e.problems());
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  @Command(
      name = "reference",
      description = "Print the reference of all keys as Markdown: docs/configuration.md.")
  void reference() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(ConfigReference.markdown(RunSettings.class, ConfigFile.defaults()));
  }

  private static void writeLines(List<ConfigFile.Entry> entries, PrintWriter out) {
    int width =
        entries.stream()
            .mapToInt(e -> (e.path() + e.value()).length())
            .filter(w -> w <= 70)
            .max()
            .orElse(0);
    for (ConfigFile.Entry entry : entries) {
      String setting = entry.path() + " = " + entry.value();
      out.println(String.format("%-" + (width + 3) + "s  # %s", setting, entry.origin()));
    }
  }

  private static void writeJson(List<ConfigFile.Entry> entries, PrintWriter out)
      throws IOException {
    try (JsonGenerator json =
        new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET).createGenerator(out)) {
      json.useDefaultPrettyPrinter();
      json.writeStartArray();
      for (ConfigFile.Entry entry : entries) {
        json.writeStartObject();
        json.writeStringField("key", entry.path());
        json.writeStringField("value", entry.value());
        json.writeStringField("origin", entry.origin());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    out.println();
  }
}
