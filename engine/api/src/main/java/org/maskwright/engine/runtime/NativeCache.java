package org.maskwright.engine.runtime;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/**
 * The folder to which JavaCPP unpacks native libraries. Where it is no place for them, the error
 * says "no ... in java.library.path", neither the reason nor the folder.
 */
public final class NativeCache {
  /** The system property that names another folder. */
  public static final String PROPERTY = "org.bytedeco.javacpp.cachedir";

  /** The libraries of LibTorch, OpenBLAS, OpenCV and ND4J for one platform take about this. */
  private static final long NEEDED_BYTES = 700L << 20;

  private NativeCache() {}

  /**
   * What keeps libraries from being unpacked and loaded there, with the folder and what to set; to
   * be asked after loading one failed.
   */
  public static Optional<String> problem() {
    try {
      return problem(Loader.getCacheDir().toPath(), mounts());
    } catch (IOException e) {
      return Optional.of(
          advice("no folder for native libraries can be made (" + e.getMessage() + ")"));
    }
  }

  /** The {@link #problem} as the end of a message that says that a library does not load. */
  public static String note() {
    return problem().map(problem -> ". Note that " + problem).orElse("");
  }

  /**
   * As {@link #problem()}, of a folder.
   *
   * @param mounts lines of Linux's /proc/self/mounts: device, folder, kind, options
   */
  static Optional<String> problem(Path cache, List<String> mounts) {
    String what = "native libraries are unpacked to " + cache + ", ";
    try {
      Files.delete(Files.createTempFile(cache, "probe", ".tmp"));
      if (mountOptions(cache.toRealPath(), mounts).contains("noexec")) {
        return Optional.of(advice(what + "which is mounted noexec: nothing in it may be run"));
      }
      long free = Files.getFileStore(cache).getUsableSpace();
      return free >= NEEDED_BYTES
          ? Optional.empty()
          : Optional.of(
              advice(what + "where " + (free >> 20) + " MiB are free of 700 that they take"));
    } catch (IOException e) {
      String reason =
          e instanceof FileSystemException known && known.getReason() != null
              ? known.getReason()
              : e.toString();
      return Optional.of(advice(what + "which cannot be written: " + reason));
    }
  }

  private static String advice(String problem) {
    return problem
        + "; name another folder with -D"
        + PROPERTY
        + "=DIR (of the launcher: MASKWRIGHT_OPTS=-D"
        + PROPERTY
        + "=DIR)";
  }

  /**
   * The options of the mount that holds a folder: of the longest one above it, the last such.
   *
   * @param mounts lines of Linux's /proc/self/mounts: device, folder, kind, options
   */
  public static List<String> mountOptions(Path folder, List<String> mounts) {
    List<String> options = List.of();
    int longest = -1;
    for (String line : mounts) {
      String[] words = line.split(" ", -1);
      if (words.length >= 4) {
        Path mount = Path.of(words[1].replace("\\040", " "));
        if (folder.startsWith(mount) && mount.getNameCount() >= longest) {
          longest = mount.getNameCount();
          options = Arrays.asList(words[3].split(","));
        }
      }
    }
    return options;
  }

  private static List<String> mounts() {
    try {
      return Files.readAllLines(Path.of("/proc/self/mounts"));
    } catch (IOException e) {
      return List.of(); // not Linux
    }
  }
}
