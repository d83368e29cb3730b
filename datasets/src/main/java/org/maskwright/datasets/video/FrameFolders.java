package org.maskwright.datasets.video;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.videofile.VideoFiles;

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
  private static final Pattern NUMBERED = Pattern.compile(".*?(\\d{1,18})");

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
   * What may be videos in a folder, in order: folders, and files with the ending of a video.
   *
   * @throws DatasetException if it is no folder
   */
  public static List<Path> videos(Path folder) {
    return list(
        folder,
        file -> Files.isDirectory(file) || VideoFiles.isNamed(file.getFileName().toString()));
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

  /**
   * Where frames that are numbered in even steps lack some, in words; empty if they lack none, or
   * are not numbered so.
   *
   * @param names in order
   */
  public static Optional<String> gap(List<String> names) {
    long[] numbers = new long[names.size()];
    for (int i = 0; i < numbers.length; i++) {
      Matcher number = NUMBERED.matcher(Items.stem(names.get(i)));
      if (!number.matches()) {
        return Optional.empty();
      }
      numbers[i] = Long.parseLong(number.group(1));
    }
    Map<Long, Integer> steps = new HashMap<>();
    for (int i = 1; i < numbers.length; i++) {
      steps.merge(numbers[i] - numbers[i - 1], 1, Integer::sum);
    }
    for (Map.Entry<Long, Integer> usual : steps.entrySet()) {
      if (2 * usual.getValue() > numbers.length - 1) {
        for (int i = 1; i < numbers.length; i++) {
          if (numbers[i] - numbers[i - 1] > usual.getKey()) {
            return Optional.of(
                "no frame between %s and %s".formatted(names.get(i - 1), names.get(i)));
          }
        }
      }
    }
    return Optional.empty();
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
