package org.maskwright.trainer.cli;

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
import org.maskwright.trainer.config.Recipe;
import org.maskwright.trainer.config.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
        spec.commandLine(), "a command is missing: expected show, check, recipes or reference");
  }

  @Command(
      name = "show",
      description = "Print every resolved value of a file, and where it was written.")
  void show(
      @Parameters(paramLabel = "FILE", description = "A configuration file.") Path file,
      @Mixin ExperimentMixin experiment,
      @Mixin JsonOption json) {
    ConfigFile config = experiment.load(file, List.of());
    config.bind(RunSettings.class);
    PrintWriter out = spec.commandLine().getOut();
    json.report(out, () -> writeLines(config.entries(), out), () -> toJson(config.entries()));
  }

  @Command(name = "check", description = "Find all mistakes in files; exit code 3 if there is any.")
  void check(
      @Parameters(paramLabel = "FILE", arity = "1..*", description = "Configuration files.")
          List<Path> files,
      @Mixin ExperimentMixin experiment,
      @Mixin JsonOption json) {
    var ok = new ArrayList<String>();
    var problems = new ArrayList<Problem>();
    for (Path file : files) {
      try {
        ConfigFile config = experiment.load(file, List.of());
        config.bind(RunSettings.class);
        ConfigFile.recipes(file); // names models that are there
        ok.add(config.name());
      } catch (ConfigException e) {
        problems.addAll(e.problems());
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    json.report(
        out,
        () -> ok.forEach(name -> out.println("ok " + name)),
        () -> JsonLines.object(g -> writeCheck(g, ok, problems)));
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  @Command(
      name = "reference",
      description = "Print the reference of all keys as Markdown: docs/configuration.md.")
  void reference(@Mixin JsonOption json) {
    PrintWriter out = spec.commandLine().getOut();
    ConfigFile defaults = ConfigFile.defaults();
    json.report(
        out,
        () -> out.print(ConfigReference.markdown(RunSettings.class, defaults)),
        () -> toJson(defaults.entries()));
  }

  @Command(
      name = "recipes",
      description =
          "Print the published recipes of experiments as Markdown, with their results: docs/recipes.md.")
  void recipes(
      @Parameters(
              paramLabel = "FILE",
              arity = "1..*",
              description = "Experiments, such as configs/*/*.conf.")
          List<Path> files,
      @Mixin JsonOption json) {
    List<Recipe> all = files.stream().flatMap(file -> ConfigFile.recipes(file).stream()).toList();
    PrintWriter out = spec.commandLine().getOut();
    json.report(out, () -> out.print(RecipeTable.markdown(all)), () -> RecipeTable.json(all));
  }

  private static void writeCheck(JsonGenerator json, List<String> ok, List<Problem> problems)
      throws IOException {
    JsonLines.strings(json, "ok", ok);
    JsonLines.strings(json, "problems", problems.stream().map(Problem::toString).toList());
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

  private static String toJson(List<ConfigFile.Entry> entries) {
    return JsonLines.value(
        json -> {
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
        });
  }
}
