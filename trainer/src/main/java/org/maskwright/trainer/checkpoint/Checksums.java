package org.maskwright.trainer.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * The list of a folder's files with their SHA-256, in the format of {@code sha256sum}: anyone can
 * check a checkpoint with {@code sha256sum -c SHA256SUMS}.
 */
final class Checksums {
  static final String FILE = "SHA256SUMS";

  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  (.+)");
  private static final int BUFFER = 1 << 20;

  private Checksums() {}

  /** Writes the list of everything in {@code folder}; not synced. */
  static void write(Path folder) throws IOException {
    var text = new StringBuilder();
    for (String file : files(folder)) {
      text.append(digest(folder.resolve(file))).append("  ").append(file).append('\n');
    }
    Files.writeString(folder.resolve(FILE), text);
  }

  /**
   * @throws CheckpointException naming the first file that is missing, changed or not listed
   */
  static void verify(Path folder) {
    try {
      Set<String> present = files(folder);
      for (String line : lines(folder)) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches() || escapes(parts.group(2))) {
          throw broken(folder.resolve(FILE), "expected '<sha-256>  <file>' a line, got: " + line);
        }
        Path file = folder.resolve(parts.group(2));
        if (!present.remove(parts.group(2))) {
          throw broken(file, "the file is missing");
        }
        String found = digest(file);
        if (!found.equals(parts.group(1))) {
          throw broken(file, "expected SHA-256 " + parts.group(1) + ", got " + found);
        }
      }
      if (!present.isEmpty()) {
        throw broken(folder.resolve(present.iterator().next()), "not listed in " + FILE);
      }
    } catch (IOException e) {
      throw new CheckpointException(folder, "cannot be read: " + e, e);
    }
  }

  private static List<String> lines(Path folder) throws IOException {
    try {
      return Files.readAllLines(folder.resolve(FILE), StandardCharsets.UTF_8);
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

  private static String digest(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    var buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
