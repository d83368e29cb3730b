package org.maskwright.trainer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.Recipe;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is laid over an experiment's file: a model and single values. */
final class ExperimentMixin {
  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "The experiment's model: the name of a file in configs/models, or a file of your own.")
  private String model;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override a value; may be repeated.")
  private List<String> overrides = new ArrayList<>();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Whether nothing was given. */
  boolean isEmpty() {
    return model == null && overrides.isEmpty();
  }

  /**
   * Reads an experiment.
   *
   * @param more overrides that win over those given
   */
  ConfigFile load(Path file, List<String> more) {
    return ConfigFile.load(file, Optional.ofNullable(model), overrides(more));
  }

  /**
   * The overrides alone, for a run that has its model.
   *
   * @param more overrides that win over those given
   * @throws ParameterException if a model was given
   */
  List<String> overridesOfRun(List<String> more) {
    if (model != null) {
      throw new ParameterException(
          spec.commandLine(), "--model: a run's configuration has its model; leave it out");
    }
    return overrides(more);
  }

  /**
   * The overrides alone, for a folder of images, whose settings are found out.
   *
   * @param more overrides that win over those given
   * @throws ParameterException if a model was given
   */
  List<String> overridesOfFolder(List<String> more) {
    if (model != null) {
      throw new ParameterException(
          spec.commandLine(),
          "--model: of a folder of images the model is chosen by its data; set single values with --set model..., or edit the plan.conf that --dry-run prints");
    }
    return overrides(more);
  }

  private List<String> overrides(List<String> more) {
    List<String> all = new ArrayList<>(overrides);
    all.addAll(more);
    return all;
  }

  /** Whether the pair is a published recipe, in a line; empty where no model was named. */
  Optional<String> recipe(ConfigFile config) {
    if (model == null) {
      return Optional.empty();
    }
    return Optional.of(
        config
            .recipe()
            .map(ExperimentMixin::text)
            .orElse(
                "note: "
                    + config.name()
                    + " names no published recipe with "
                    + model
                    + "; its own settings and the model's hold"));
  }

  private static String text(Recipe recipe) {
    return "recipe: "
        + recipe.experiment()
        + " with "
        + recipe.model()
        + "; published result: "
        + recipe.result()
        + (recipe.hardware().isEmpty() ? "" : ", on " + recipe.hardware());
  }

  /** The name of a run: that of the file, and of the model if one is given. */
  String name(Path file) {
    String name = ConfigFile.nameOf(file);
    return model == null ? name : name + "-" + ConfigFile.nameOf(Path.of(model));
  }
}
