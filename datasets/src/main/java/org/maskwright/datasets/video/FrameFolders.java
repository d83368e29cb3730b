package org.maskwright.datasets.video;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.Items;

/**
 * Folders of frames: one folder a video, one file a frame, in the order of their names, numbers in
 * them by their value, so that {@code 10.jpg} follows {@code 9.jpg}.
 */
public final class FrameFolders {
  private FrameFolders() {}

  /** The order of frames by name: stretches of digits by their value, the rest by character. */
  public static final Comparator<String> ORDER =
      Comparator.comparing(FrameFolders::padded).thenComparing(Comparator.naturalOrder());

  private static final int DIGITS = 20;

  private static String padded(String name) {
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < name.length()) {
      int end = i;
      while (end < name.length() && name.charAt(end) >= '0' && name.charAt(end) <= '9') {
        end++;
      }
      if (end == i) {
        out.append(name.charAt(i++));
        continue;
      }
      out.append("0".repeat(Math.max(0, DIGITS - (end - i)))).append(name, i, end);
      i = end;
    }
    return out.toString();
  }

  /**
   * The names of the folders in a folder, in order.
   *
   * @throws DatasetException if it is no folder
   */
  public static List<String> names(Path folder) {
    return list(folder, Files::isDirectory).stream()
        .map(path -> path.getFileName().toString())
        .toList();
  }

  /**
   * The PNGs in a folder, in order.
   *
   * @throws DatasetException if it is no folder or has none
   */
  public static List<Path> pngs(Path folder) {
    return frames(folder, List.of("png"));
  }

  /**
   * The photographs in a folder, in order.
   *
   * @throws DatasetException if it is no folder or has none
   */
  public static List<Path> photographs(Path folder) {
    return frames(folder, Items.PHOTOS);
  }

  /**
   * Whether a folder has photographs.
   *
   * @throws DatasetException if it is no folder
   */
  public static boolean hasPhotographs(Path folder) {
    return !files(folder, Items.PHOTOS).isEmpty();
  }

  private static List<Path> files(Path folder, List<String> endings) {
    return list(
        folder,
        file ->
            Files.isRegularFile(file)
                && endings.contains(Items.ending(file.getFileName().toString())));
  }

  private static List<Path> frames(Path folder, List<String> endings) {
    List<Path> frames = files(folder, endings);
    if (frames.isEmpty()) {
      throw DatasetException.ofFile(
          folder, "no frame in the folder: expected files ending in " + String.join(", ", endings));
    }
    return frames;
  }

  private static List<Path> list(Path folder, Predicate<Path> wanted) {
    if (!Files.isDirectory(folder)) {
      throw DatasetException.ofFile(folder, "no such folder");
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .filter(wanted)
          .sorted(Comparator.comparing(file -> file.getFileName().toString(), ORDER))
          .toList();
    } catch (IOException e) {
      throw DatasetException.ofFile(folder, "cannot be listed: " + e, e);
    }
  }
}
