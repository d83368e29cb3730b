package org.maskwright.trainer.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The section {@code recipes} of an experiment's file: by model's name what the published recipe of
 * the pair changes, {@code result} and {@code hardware}. A name with {@code *} says something about
 * all models that match it, below what their own names say, and makes no recipe.
 */
final class Recipes {
  static final String KEY = "recipes";
  private static final String RESULT = "result";
  private static final String HARDWARE = "hardware";
  private static final String ANY = "*";

  private final Path file;
  private final ConfigObject byModel;

  private Recipes(Path file, ConfigObject byModel) {
    this.file = file;
    this.byModel = byModel;
  }

  /**
   * Those of a parsed file.
   *
   * @throws ConfigException if the section or an entry is no section
   */
  static Recipes of(Path file, Config experiment) {
    ConfigValue section = experiment.root().get(KEY);
    if (section == null) {
      return new Recipes(file, ConfigFactory.empty().root());
    }
    ConfigObject byModel = section(section, KEY);
    byModel.forEach((model, settings) -> section(settings, Keys.join(KEY, model)));
    return new Recipes(file, byModel);
  }

  private static ConfigObject section(ConfigValue value, String path) {
    if (value instanceof ConfigObject section) {
      return section;
    }
    throw new ConfigException(
        List.of(
            new ConfigException.Problem(
                Origins.of(value.origin()),
                path,
                "expected a section { ... } of settings, got " + value.unwrapped())));
  }

  /** In the order of the file. */
  List<Recipe> all() {
    return byModel.keySet().stream()
        .filter(name -> !name.contains(ANY))
        .sorted(
            Comparator.<String>comparingInt(name -> byModel.get(name).origin().lineNumber())
                .thenComparing(Comparator.naturalOrder()))
        .map(name -> of(name).orElseThrow())
        .toList();
  }

  /** That of a model. */
  Optional<Recipe> of(String model) {
    if (!byModel.containsKey(model) || model.contains(ANY)) {
      return Optional.empty();
    }
    Config merged = merged(model);
    return Optional.of(
        new Recipe(Origins.shortened(file), model, text(merged, RESULT), text(merged, HARDWARE)));
  }

  /** What is set for a model; nothing if the experiment says nothing about it. */
  Config settings(String model) {
    return merged(model).root().withoutKey(RESULT).withoutKey(HARDWARE).toConfig();
  }

  private Config merged(String model) {
    Config own = byModel.containsKey(model) ? entry(model) : ConfigFactory.empty();
    return byModel.keySet().stream()
        .filter(name -> name.contains(ANY) && matches(name, model))
        .sorted(Comparator.comparingInt(String::length).reversed().thenComparing(name -> name))
        .map(this::entry)
        .reduce(own, Config::withFallback);
  }

  private Config entry(String name) {
    return ((ConfigObject) byModel.get(name)).toConfig();
  }

  private static boolean matches(String pattern, String model) {
    return Pattern.matches(
        Arrays.stream(pattern.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*")),
        model);
  }

  private static String text(Config recipe, String key) {
    ConfigValue value = recipe.root().get(key);
    return value == null ? "" : String.valueOf(value.unwrapped());
  }
}
