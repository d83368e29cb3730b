package org.maskwright.trainer.checkpoint;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.maskwright.files.OutputFile;
import org.maskwright.files.Sha256;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * The list of a folder's files with their SHA-256, in the format of {@code sha256sum}: anyone can
 * check a checkpoint with {@code sha256sum -c SHA256SUMS}.
 */
final class Checksums {
  static final String FILE = "SHA256SUMS";

  /**
   * What may be added to a finished folder. A process may end between the file and its line in the
   * list, so that {@link #verify} takes the file without it; who reads the file does not.
   */
  private static final Set<String> ADDED_LATER = Set.of(ModelFolder.THRESHOLDS);

  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  (.+)");

  private Checksums() {}

  /** Writes the list of everything in {@code folder}. */
  static void write(Path folder) throws IOException {
    write(folder, files(folder));
  }

  /** Writes the list of some files of a folder. */
  static void write(Path folder, Collection<String> files) throws IOException {
    Map<String, String> digests = new LinkedHashMap<>();
    for (String file : files) {
      digests.put(file, Sha256.of(List.of(folder.resolve(file))));
    }
    write(folder, digests);
  }

  /**
   * Writes a file into a finished folder, in place of an earlier one of the name, and its line into
   * the list, where the folder has one. A process that ends on the way leaves a folder that {@link
   * #verify} accepts.
   *
   * @param name of what may be added later
   */
  static void addLater(Path folder, String name, String text) {
    if (!ADDED_LATER.contains(name)) {
      throw new IllegalArgumentException(name + ": expected one of " + ADDED_LATER);
    }
    Path file = folder.resolve(name);
    try {
      if (!Files.exists(folder.resolve(FILE))) {
        OutputFile.writeDurably(file, text);
        return;
      }
      Map<String, String> digests = listed(folder);
      if (digests.remove(name) != null) {
        write(folder, digests);
      }
      OutputFile.writeDurably(file, text);
      digests.put(name, Sha256.of(List.of(file)));
      write(folder, digests);
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
  }

  private static void write(Path folder, Map<String, String> digests) {
    var text = new StringBuilder();
    digests.forEach((file, digest) -> text.append(digest).append("  ").append(file).append('\n'));
    OutputFile.writeDurably(folder.resolve(FILE), text.toString());
  }

  /**
   * Checks that a folder holds what its list says, and nothing else.
   *
   * @throws CheckpointException naming the first file that is missing, changed or not listed
   */
  static void verify(Path folder) {
    try {
      Set<String> present = files(folder);
      for (Map.Entry<String, String> entry : listed(folder).entrySet()) {
        if (!present.remove(entry.getKey())) {
          throw broken(folder.resolve(entry.getKey()), "the file is missing");
        }
        requireSame(folder.resolve(entry.getKey()), entry.getValue());
      }
      present.removeAll(ADDED_LATER);
      if (!present.isEmpty()) {
        throw broken(folder.resolve(present.iterator().next()), "not listed in " + FILE);
      }
    } catch (IOException e) {
      throw new CheckpointException(folder, "cannot be read: " + e, e);
    }
  }

  /**
   * Checks some files of a folder that may have no list: one that was not written here.
   *
   * @return whether the files are as they were written here; false if nothing says so
   * @throws CheckpointException naming the first file that is changed or not listed
   */
  static boolean verifyIfListed(Path folder, List<String> files) {
    if (!Files.exists(folder.resolve(FILE))) {
      return false;
    }
    try {
      Map<String, String> listed = listed(folder);
      for (String name : files) {
        Path file = folder.resolve(name);
        if (!listed.containsKey(name)) {
          throw new CheckpointException(file, "not listed in " + FILE + onPurpose(folder, name));
        }
        requireSame(file, listed.get(name));
      }
      return true;
    } catch (IOException e) {
      throw new CheckpointException(folder, "cannot be read: " + e, e);
    }
  }

  /** The digest of a file: listed, or computed where the folder has no list or not the file. */
  static String digest(Path folder, String file) {
    try {
      String listed = Files.exists(folder.resolve(FILE)) ? listed(folder).get(file) : null;
      return listed == null ? Sha256.of(List.of(folder.resolve(file))) : listed;
    } catch (IOException e) {
      throw new CheckpointException(folder, "cannot be read: " + e, e);
    }
  }

  private static void requireSame(Path file, String expected) throws IOException {
    String found = Sha256.of(List.of(file));
    if (!found.equals(expected)) {
      throw new CheckpointException(
          file,
          "is not what was written: expected SHA-256 %s, got %s; it is broken, use another%s"
              .formatted(
                  expected, found, onPurpose(file.getParent(), file.getFileName().toString())));
    }
  }

  private static String onPurpose(Path folder, String file) {
    return ". If you changed it on purpose, renew its line in %s: (cd %s && sha256sum %s)"
        .formatted(FILE, folder, file);
  }

  /** Digests by file, in the order of the list. */
  private static Map<String, String> listed(Path folder) throws IOException {
    Map<String, String> out = new LinkedHashMap<>();
    for (String line : lines(folder)) {
      Matcher parts = LINE.matcher(line);
      if (!parts.matches() || escapes(parts.group(2))) {
        throw broken(folder.resolve(FILE), "expected '<sha-256>  <file>' a line, got: " + line);
      }
      out.put(parts.group(2), parts.group(1));
    }
    return out;
  }

  private static List<String> lines(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new CheckpointException(file, "expected UTF-8, got other bytes; it is broken", e);
    } catch (NoSuchFileException e) {
      throw new CheckpointException(folder, "not a checkpoint: it has no file " + FILE, e);
    }
  }

  private static CheckpointException broken(Path file, String problem) {
    return new CheckpointException(file, problem + "; the checkpoint is broken, use an older one");
  }

  private static boolean escapes(String file) {
    Path path = Path.of(file);
    return path.isAbsolute() || path.normalize().startsWith("..");
  }

  /** All files but the list itself, relative, with slashes, sorted. */
  private static Set<String> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
          .map(path -> folder.relativize(path).toString().replace('\\', '/'))
          .filter(name -> !name.equals(FILE))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
