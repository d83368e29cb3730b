package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.folder.ClassFile;
import org.maskwright.settings.Names;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.result.BaseAndNovel;
import org.maskwright.trainer.source.EvaluatedData;

/** The classes that {@code eval.novel} names. */
final class NovelClasses {
  private static final String FILE = ".txt";

  private NovelClasses() {}

  /** Those of the settings, and of the files that they name; empty if none is named. */
  static Optional<BaseAndNovel> of(EvalSettings settings) {
    Set<String> names = names(settings);
    return names.isEmpty() ? Optional.empty() : Optional.of(new BaseAndNovel(names));
  }

  private static Set<String> names(EvalSettings settings) {
    Set<String> names = new LinkedHashSet<>();
    for (String name : settings.novel()) {
      names.addAll(name.endsWith(FILE) ? ClassFile.read(Path.of(name)).names() : List.of(name));
    }
    return names;
  }

  /** Those of them that a run trains on, so that they are not novel at all. */
  static List<String> trained(EvalSettings settings, List<String> classes) {
    return names(settings).stream().filter(classes::contains).toList();
  }

  /**
   * Checks that each is a class of what is evaluated on.
   *
   * @throws ConfigException naming those that are not
   */
  static void require(EvalSettings settings, List<EvaluatedData> data) {
    List<String> known = data.stream().flatMap(d -> d.classNames().stream()).distinct().toList();
    List<String> unknown =
        names(settings).stream()
            .filter(name -> !known.contains(name))
            .map(name -> '"' + name + '"' + Names.meant(name, known))
            .toList();
    if (!unknown.isEmpty()) {
      throw new ConfigException(
          "eval.novel: expected classes of what is evaluated on, got %s"
              .formatted(String.join(", ", unknown)));
    }
    if (!settings.novel().isEmpty() && names(settings).containsAll(known)) {
      throw new ConfigException(
          "eval.novel: expected some classes, the others being the base, got all of what is evaluated on");
    }
  }
}
