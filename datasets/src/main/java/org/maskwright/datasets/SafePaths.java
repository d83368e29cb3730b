package org.maskwright.datasets;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** File names out of annotation files, which are not to be trusted. */
public final class SafePaths {
  private SafePaths() {}

  /**
   * The file {@code name} inside {@code folder}.
   *
   * @throws DatasetException if the name is absolute, leaves the folder by "..", or leads out of it
   *     through a symbolic link
   */
  public static Path resolve(Path folder, String name) {
    try {
      Path relative = Path.of(name);
      Path file = folder.resolve(relative).normalize();
      if (name.isEmpty() || relative.isAbsolute() || !file.startsWith(folder.normalize())) {
        throw new DatasetException("file name \"" + name + "\" leads out of " + folder);
      }
      if (file.toFile().exists() && !file.toRealPath().startsWith(folder.toRealPath())) {
        throw new DatasetException(
            "file name \"" + name + "\" leads out of " + folder + " through a symbolic link");
      }
      return file;
    } catch (InvalidPathException e) {
      throw new DatasetException("file name \"" + name.replace('\0', '?') + "\" is no path", e);
    } catch (IOException e) {
      throw new DatasetException("file name \"" + name + "\" cannot be resolved: " + e, e);
    }
  }
}
