package org.maskwright.trainer.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.files.OutputFile;

/**
 * The {@code --out} of commands that write a folder of results. What an earlier command wrote is
 * written anew; nothing of the user's is overwritten, and no result is put among pictures of the
 * user's, where the next command would take it for one of them.
 *
 * <p>The folder keeps a list of what was written, with size and time: a file that the user changed
 * or put there is not ours. Hidden files do not count.
 *
 * <p><b>Lifecycle</b> the folder is made with its first file. <b>Threads</b> any.
 */
public final class OutputFolder {
  private static final String LIST = ".maskwright-files";
  private static final List<String> PICTURES =
      List.of(".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff");

  /** Enough to notice that a file is another one. */
  private record Stamp(long bytes, long modifiedMillis) {
    static Stamp of(Path file) throws IOException {
      return new Stamp(Files.size(file), Files.getLastModifiedTime(file).toMillis());
    }
  }

  private final Path folder;
  private final Map<String, Stamp> ours = new HashMap<>();
  private final Set<String> looked = new HashSet<>();

  private OutputFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Checks that a folder may be written to, before the work starts.
   *
   * @throws OutputRefusedException if it is a file, or holds a picture that no command wrote
   * @throws DatasetException if it cannot be read
   */
  public static OutputFolder open(Path folder) {
    OutputFolder out = new OutputFolder(folder);
    if (Files.exists(folder)) {
      out.ours.putAll(written(folder));
      out.requireNoPicturesOfOthers("");
    }
    return out;
  }

  /**
   * Checks that nothing is in a folder yet: for commands whose files belong together.
   *
   * @throws OutputRefusedException if it holds something, or is a file
   * @throws DatasetException if it cannot be read
   */
  public static void requireEmpty(Path folder) {
    if (Files.exists(folder) && !entries(folder).isEmpty()) {
      throw refused(folder, "a missing or empty folder, it has files");
    }
  }

  /**
   * Checks that names are free: for commands that write single files, of which they keep no list.
   *
   * @throws OutputRefusedException if there is something of such a name
   */
  public static void requireFree(Path... files) {
    for (Path file : files) {
      if (Files.exists(file)) {
        throw new OutputRefusedException(
            "--out %s: expected the name of a new file, there is one already; remove it, or choose another name"
                .formatted(file));
      }
    }
  }

  /** Whether a file is a photograph, or another picture, by its name. */
  public static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return PICTURES.stream().anyMatch(name::endsWith) && !Files.isDirectory(file);
  }

  /** Whether a folder is one that a command wrote. */
  public static boolean isOne(Path folder) {
    return Files.isRegularFile(folder.resolve(LIST));
  }

  /** Where the folder is. */
  public Path path() {
    return folder;
  }

  /**
   * Writes a file as a whole.
   *
   * @param name relative, folders between slashes
   * @return where it is
   * @throws OutputRefusedException if there is one of that name that no command wrote
   * @throws org.maskwright.files.OutputException if it cannot be written
   */
  public synchronized Path write(String name, OutputFile.Content content) {
    Path file = folder.resolve(name);
    requireOurs(name, file);
    OutputFile.write(file, content);
    remember(name, file);
    return file;
  }

  /** As {@link #write(String, OutputFile.Content)}, of bytes. */
  public Path write(String name, byte[] content) {
    return write(name, channel -> OutputFile.writeFully(channel, ByteBuffer.wrap(content)));
  }

  /** As {@link #write(String, OutputFile.Content)}, text in UTF-8. */
  public Path write(String name, String text) {
    return write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Gives a finished file of this folder its name.
   *
   * @throws OutputRefusedException if there is one of that name that no command wrote
   * @throws org.maskwright.files.OutputException if it cannot be renamed
   */
  public synchronized void publish(Path finished, String name) {
    Path file = folder.resolve(name);
    requireOurs(name, file);
    try {
      Files.move(finished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
    remember(name, file);
  }

  /**
   * Checks names before the work starts.
   *
   * @throws OutputRefusedException if there is a file of such a name that no command wrote, or a
   *     picture beside it
   */
  public synchronized void requireFree(String... names) {
    for (String name : names) {
      requireOurs(name, folder.resolve(name));
    }
  }

  /** Removes what an earlier command wrote under a name, if it did. */
  public synchronized void delete(String name) {
    Path file = folder.resolve(name);
    requireOurs(name, file);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
  }

  private void requireOurs(String name, Path file) {
    requireNoPicturesOfOthers(name.substring(0, name.lastIndexOf('/') + 1));
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !isOurs(name, file)) {
      throw refused(folder, "to write " + name + ", but a file of that name is there already");
    }
  }

  /**
   * Looks through a folder once.
   *
   * @param below its name below this one with a slash behind, or ""
   */
  private void requireNoPicturesOfOthers(String below) {
    Path inside = folder.resolve(below);
    boolean mayBeMade = !Files.exists(inside);
    boolean isNone = !below.isEmpty() && !Files.isDirectory(inside); // which writing will say
    if (!looked.add(below) || mayBeMade || isNone) {
      return;
    }
    for (Path there : entries(inside)) {
      String name = below + there.getFileName();
      if (isPicture(there) && !isOurs(name, there)) {
        throw refused(
            folder,
            "a folder without pictures but those that Maskwright wrote; " + name + " is there");
      }
    }
  }

  private boolean isOurs(String name, Path file) {
    try {
      return !Files.isSymbolicLink(file)
          && ours.containsKey(name)
          && ours.get(name).equals(Stamp.of(file));
    } catch (IOException e) {
      return false;
    }
  }

  private void remember(String name, Path file) {
    Path list = folder.resolve(LIST);
    try {
      Stamp stamp = Stamp.of(file);
      ours.put(name, stamp);
      Files.writeString(
          list,
          stamp.bytes() + " " + stamp.modifiedMillis() + " " + name + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw OutputFile.failure(list, e);
    }
  }

  /** The list; a line that was cut off is that of a file nobody may count on. */
  private static Map<String, Stamp> written(Path folder) {
    Map<String, Stamp> written = new HashMap<>();
    if (isOne(folder)) {
      try {
        String text = new String(Files.readAllBytes(folder.resolve(LIST)), StandardCharsets.UTF_8);
        for (String line : text.lines().toList()) {
          String[] words = line.split(" ", 3);
          if (words.length == 3 && (words[0] + words[1]).matches("\\d{1,36}")) {
            written.put(words[2], new Stamp(Long.parseLong(words[0]), Long.parseLong(words[1])));
          }
        }
      } catch (IOException | NumberFormatException e) {
        throw DatasetException.ofFile(
            folder.resolve(LIST), "cannot be read: " + e + "; choose another folder", e);
      }
    }
    return written;
  }

  /** What is not hidden, by name. */
  private static List<Path> entries(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw refused(folder, "a folder, it is a file");
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> !path.getFileName().toString().startsWith(".")).sorted().toList();
    } catch (IOException e) {
      throw DatasetException.ofFile(folder, "cannot be read: " + e + "; choose another folder", e);
    }
  }

  private static OutputRefusedException refused(Path folder, String expected) {
    return new OutputRefusedException(
        "--out " + folder + ": expected " + expected + "; choose another folder");
  }
}
