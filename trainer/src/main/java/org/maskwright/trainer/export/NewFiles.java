package org.maskwright.trainer.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.maskwright.files.OutputFile;

/**
 * Files that belong together and are looked at before they count: they are made in a hidden folder
 * beside their place and moved there, or are gone.
 *
 * <p><b>Lifecycle</b> {@link #close()} removes what was not published.
 */
final class NewFiles implements AutoCloseable {
  private final Path target;
  private final Path folder;

  private NewFiles(Path target, Path folder) {
    this.target = target;
    this.folder = folder;
  }

  /** For a file, and others whose names begin with its name. */
  static NewFiles beside(Path target) {
    Path folder = target.toAbsolutePath().resolveSibling("." + UUID.randomUUID() + ".tmp");
    OutputFile.createFolder(folder);
    return new NewFiles(target, folder);
  }

  /** Where the file is made. */
  Path path() {
    return folder.resolve(target.getFileName());
  }

  /** Gives the files their place, the one of the full name last. */
  void publish() {
    List<Path> others = files().stream().filter(file -> !file.equals(path())).toList();
    others.forEach(this::move);
    move(path());
  }

  private void move(Path file) {
    Path to = target.toAbsolutePath().resolveSibling(file.getFileName());
    try {
      Files.move(file, to);
    } catch (IOException e) {
      throw OutputFile.failure(to, e);
    }
  }

  private List<Path> files() {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted(Comparator.naturalOrder()).toList();
    } catch (IOException e) {
      throw OutputFile.failure(folder, e);
    }
  }

  @Override
  public void close() {
    try {
      for (Path file : files()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw OutputFile.failure(folder, e);
    }
  }
}
