package org.maskwright.trainer.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.maskwright.settings.Names;

/**
 * Where the model of an experiment is found by name: {@code models/NAME.conf} beside the
 * experiment's file or in a folder above it, then in the configurations that came with the program.
 */
final class ModelFiles {
  private static final String FOLDER = "models";

  private ModelFiles() {}

  /**
   * The file of a model.
   *
   * @param model a file, or a name
   * @throws ConfigException if there is none; the message has the nearest name and all of them
   */
  static Path find(String model, Path experiment) {
    if (isFile(model)) {
      return Path.of(model);
    }
    List<String> known = new ArrayList<>();
    for (Path folder : folders(experiment)) {
      List<String> names = names(folder);
      if (names.contains(model)) {
        return folder.resolve(model + ConfigFile.ENDING);
      }
      names.stream().filter(name -> !known.contains(name)).forEach(known::add);
    }
    throw new ConfigException(
        "model: neither a file nor the name of one: %s%s; %s"
            .formatted(
                model,
                Names.meant(model, known),
                known.isEmpty()
                    ? "expected a configuration file, or a folder "
                        + FOLDER
                        + " of them beside "
                        + experiment
                    : "known names: " + String.join(", ", known)));
  }

  private static boolean isFile(String model) {
    try {
      return Files.isRegularFile(Path.of(model));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static List<Path> folders(Path experiment) {
    List<Path> out = new ArrayList<>();
    for (Path p = experiment.toAbsolutePath().normalize().getParent();
        p != null;
        p = p.getParent()) {
      out.add(p.resolve(FOLDER));
    }
    Optional.ofNullable(System.getProperty("maskwright.home"))
        .ifPresent(home -> out.add(Path.of(home, "configs", FOLDER)));
    return out.stream().filter(Files::isDirectory).distinct().toList();
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(ConfigFile.ENDING) && Files.isRegularFile(file))
          .map(ConfigFile::nameOf)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be listed", e);
    }
  }
}
