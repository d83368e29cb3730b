package org.maskwright.trainer.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.maskwright.trainer.config.ConfigException.Problem;

/**
 * A configuration file with everything that belongs to it: the files it includes, the defaults of
 * {@code reference.conf} below it, the overrides of the command line above it, and its
 * substitutions resolved.
 *
 * <p>Immutable. Reading it loads no native library and no data.
 */
public final class ConfigFile {
  /** Keys of data.evaluation, and the keys that reference.conf takes them from. */
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "data.evaluation.dataset", "data.val",
          "data.evaluation.tasks", "eval.tasks",
          "data.evaluation.limit", "eval.limit");

  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

  static final String ENDING = ".conf";

  private final String name;
  private final Config resolved;
  private final Optional<Recipe> recipe;

  private ConfigFile(String name, Config resolved, Optional<Recipe> recipe) {
    this.name = name;
    this.resolved = resolved;
    this.recipe = recipe;
  }

  /**
   * Reads a file that someone works on: it may include other files and substitute values.
   *
   * @param overrides {@code key.path=value}, as given to {@code --set}; later ones win
   * @throws ConfigException if a file is missing, is not HOCON or is larger or deeper than the
   *     bounds, an override has no {@code =}, or a substitution has no value
   */
  public static ConfigFile load(Path file, List<String> overrides) {
    return load(file, Optional.empty(), overrides);
  }

  /**
   * Reads an experiment with a model laid over it: the model's file over the experiment's, and over
   * both what the section {@code recipes} of the experiment says about that model.
   *
   * @param model a configuration file, or the name of one in a folder {@code models} beside the
   *     experiment, above it or of the program
   * @throws ConfigException as {@link #load(Path, List)}, and if there is no such model
   */
  public static ConfigFile load(Path file, Optional<String> model, List<String> overrides) {
    return load(file, model, overrides, reference());
  }

  /** Reads a file over other defaults. */
  static ConfigFile load(
      Path file, Optional<String> model, List<String> overrides, Config defaults) {
    return guarded(
        Origins.shortened(file),
        name -> {
          Config experiment = Includes.parse(file);
          Recipes recipes = Recipes.of(file, experiment);
          Config settings = experiment.root().withoutKey(Recipes.KEY).toConfig();
          Optional<Recipe> recipe = Optional.empty();
          if (model.isPresent()) {
            Path modelFile = ModelFiles.find(model.get(), file);
            String modelName = nameOf(modelFile);
            recipe = recipes.of(modelName);
            settings =
                recipes
                    .settings(modelName)
                    .withFallback(Includes.parse(modelFile))
                    .withFallback(settings);
          }
          return resolved(
              name, overrides(overrides).withFallback(settings).withFallback(defaults), recipe);
        });
  }

  /**
   * The published recipes that an experiment's file names, in its order.
   *
   * @throws ConfigException if the file cannot be read, or names a model that is not there
   */
  public static List<Recipe> recipes(Path file) {
    return guarded(
        Origins.shortened(file),
        name -> {
          List<Recipe> all = Recipes.of(file, Includes.parse(file)).all();
          all.forEach(recipe -> ModelFiles.find(recipe.model(), file));
          return all;
        });
  }

  /**
   * Reads a file that Maskwright wrote, or says so: values alone. Nothing is included, substituted
   * or taken from the environment, and no default stands in for a missing key.
   *
   * @param overrides as {@link #load}'s
   * @throws ConfigException as {@link #load}, and if the file holds more than values
   */
  public static ConfigFile loadData(Path file, List<String> overrides) {
    return guarded(
        Origins.shortened(file),
        name ->
            resolved(
                name,
                overrides(overrides).withFallback(Includes.parseData(file)),
                Optional.empty()));
  }

  /**
   * As {@link #loadData}, of text.
   *
   * @param name of it in messages
   */
  public static ConfigFile data(String name, String text) {
    return guarded(name, n -> resolved(n, parse(text, n), Optional.empty()));
  }

  private static <T> T guarded(String name, Function<String, T> reading) {
    try {
      return reading.apply(name);
    } catch (com.typesafe.config.ConfigException e) {
      throw unreadable(e, name);
    } catch (StackOverflowError e) {
      throw new ConfigException(name + ": nested too deeply; flatten it");
    }
  }

  private static ConfigFile resolved(String name, Config merged, Optional<Recipe> recipe) {
    Growth.check(merged.root(), name);
    return new ConfigFile(name, merged.resolve(), recipe);
  }

  /**
   * Reads text as a file that someone works on, without includes.
   *
   * @param name of it in messages
   * @throws ConfigException as {@link #load(Path, List)}
   */
  public static ConfigFile of(String name, String text) {
    return guarded(
        name, n -> resolved(n, parse(text, n).withFallback(reference()), Optional.empty()));
  }

  /** The defaults alone, of {@code reference.conf}. */
  public static ConfigFile defaults() {
    return defaults(List.of());
  }

  /** The defaults with overrides. */
  public static ConfigFile defaults(List<String> overrides) {
    return guarded(
        Origins.REFERENCE,
        name -> resolved(name, overrides(overrides).withFallback(reference()), Optional.empty()));
  }

  /**
   * Binds the values to a record of settings, strictly: every key must belong to a component, every
   * component that is not an {@code Optional} must have a value of its type, and every record's
   * constructor must accept its values.
   *
   * @throws ConfigException with all problems at once
   */
  public <T extends Record> T bind(Class<T> type) {
    return type.cast(new Binder(type, name).bind(resolved.root()));
  }

  /** The same with the defaults of {@code reference.conf} for keys that it lacks. */
  public ConfigFile completed() {
    return over(reference());
  }

  /**
   * The same with the defaults for keys that one section lacks.
   *
   * @param section such as {@code model}
   */
  public ConfigFile completed(String section) {
    return over(reference().withOnlyPath(section));
  }

  private ConfigFile over(Config defaults) {
    return guarded(name, n -> resolved(n, resolved.withFallback(defaults), recipe));
  }

  /** The keys of settings, bound from this over defaults, that this itself has no value for. */
  public List<String> lacking(Record settings) {
    return SettingsWriter.flat(settings).keySet().stream()
        .filter(key -> !resolved.hasPathOrNull(key))
        .toList();
  }

  /** What a configuration file is called: its name without the ending. */
  public static String nameOf(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
  }

  /** The file as the user named it. */
  public String name() {
    return name;
  }

  /** The published recipe that this is; empty without a model, or with one of no recipe. */
  public Optional<Recipe> recipe() {
    return recipe;
  }

  /** All values with where each was written, ordered by key. */
  public List<Entry> entries() {
    return entries(resolved.root());
  }

  /** All values of a section, ordered by key. */
  static List<Entry> entries(ConfigObject section) {
    var entries = new ArrayList<Entry>();
    collect(section, "", entries);
    return entries;
  }

  /**
   * The resolved values as HOCON, without comments: over the defaults it reads back to the same
   * values. What {@code data.evaluation} has from elsewhere stays said there alone, so that who
   * changes {@code data.val} or {@code eval.tasks} of a run changes what is evaluated.
   */
  public String render() {
    Config written = resolved;
    for (Map.Entry<String, String> each : ELSEWHERE.entrySet()) {
      String key = each.getKey();
      if (written.hasPath(key)
          && written.hasPath(each.getValue())
          && written.getValue(key).equals(written.getValue(each.getValue()))) {
        written = written.withoutPath(key);
      }
    }
    return written
        .root()
        .render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
  }

  /**
   * A value of the resolved configuration.
   *
   * @param path full key, such as {@code train.steps}
   * @param value as HOCON
   * @param origin {@code file:line}, {@code reference.conf:line}, {@code environment} or {@code
   *     --set}
   */
  public record Entry(String path, String value, String origin) {}

  private static void collect(ConfigObject object, String path, List<Entry> entries) {
    for (String key : object.keySet().stream().sorted().toList()) {
      ConfigValue value = object.get(key);
      String full = Keys.join(path, key);
      if (value instanceof ConfigObject section && !section.isEmpty()) {
        collect(section, full, entries);
      } else {
        ConfigRenderOptions options = ConfigRenderOptions.concise().setJson(false);
        String text = value.render(options);
        entries.add(new Entry(full, text, Origins.of(value.origin())));
      }
    }
  }

  static Config reference() {
    try (InputStream in = ConfigFile.class.getResourceAsStream("reference.conf")) {
      if (in == null) {
        throw new IllegalStateException("reference.conf is missing from the trainer's jar");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), Origins.REFERENCE);
    } catch (IOException e) {
      throw new UncheckedIOException("reference.conf cannot be read from the trainer's jar", e);
    }
  }

  /** Parses text; {@code origin} is what its values say they come from. */
  static Config parse(String text, String origin) {
    return ConfigFactory.parseString(
        text, ConfigParseOptions.defaults().setOriginDescription(origin));
  }

  private static Config overrides(List<String> overrides) {
    Config result = ConfigFactory.empty();
    var problems = new ArrayList<Problem>();
    for (String override : overrides) {
      int equals = override.indexOf('=');
      if (equals < 1) {
        problems.add(problem("expected key=value, got " + override));
        continue;
      }
      String key = override.substring(0, equals).trim();
      try {
        result = override(key, override.substring(equals + 1)).withFallback(result);
      } catch (com.typesafe.config.ConfigException e) {
        problems.add(problem("expected key=value, got " + override + " (" + e.getMessage() + ")"));
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return result;
  }

  private static Problem problem(String message) {
    return new Problem(Origins.OVERRIDE, "", message);
  }

  private static Config override(String key, String value) {
    if (isHocon(value)) {
      HoconText.of(Origins.OVERRIDE, value);
      return parse(key + "=" + value, Origins.OVERRIDE);
    }
    // Plain text needs no quotes here: a shell has taken them, and # or // belong to paths.
    return ConfigValueFactory.fromAnyRef(value, Origins.OVERRIDE).atPath(key);
  }

  private static boolean isHocon(String value) {
    String text = value.trim();
    return text.startsWith("[")
        || text.startsWith("{")
        || text.startsWith("\"")
        || text.contains("${")
        || List.of("true", "false", "null").contains(text)
        || NUMBER.matcher(text).matches();
  }

  private static ConfigException unreadable(com.typesafe.config.ConfigException e, String name) {
    String message = e.getMessage();
    String origin = name;
    if (e.origin() != null) {
      origin = Origins.of(e.origin());
      // The library starts its message with its own spelling of the same place.
      message = message.replace(e.origin().description() + ": ", "");
    }
    return new ConfigException(List.of(new Problem(origin, "", message)));
  }
}
