package org.maskwright.datasets.folder;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;

/**
 * The photographs of a folder and those below it, sorted by their names. Of many, the list is a
 * file, mapped into memory, which costs no heap and is used again the next time: it lies in the
 * user's cache folder and is made anew when a folder has changed since, by its time of
 * modification. What a file holds is not looked at.
 *
 * <p><b>Memory</b> while a list is made: the names in the largest single folder and 8 bytes a
 * photograph.
 *
 * <p><b>File</b> big-endian: names of photographs, names of folders, the end of each photograph's
 * name and the number of its folder (int each), the time (long, ns; {@link #UNSETTLED} of one that
 * changed just before) and the end of the name (int) of each folder; at the end where the tables
 * begin (long), two counts (int) and {@link #MAGIC} (int).
 *
 * <p><b>Thread safety</b> immutable.
 */
final class PictureList {
  /** From so many on the list is a file. */
  static final int IN_A_FILE = 20_000;

  private static final int MAGIC = 0x4D575031;
  private static final int FOOTER = Long.BYTES + 3 * Integer.BYTES;
  private static final int MAX_DEPTH = 8;
  private static final long UNSETTLED = Long.MIN_VALUE;
  private static final long SETTLES = TimeUnit.SECONDS.toNanos(2);

  private final ByteBuffer bytes;
  private final int tables;
  private final int count;
  private final int folders;

  private PictureList(ByteBuffer bytes) throws IOException {
    try {
      int footer = bytes.limit() - FOOTER;
      long begin = bytes.getLong(footer);
      this.bytes = bytes;
      this.count = bytes.getInt(footer + Long.BYTES);
      this.folders = bytes.getInt(footer + Long.BYTES + Integer.BYTES);
      this.tables = (int) begin;
      if (bytes.getInt(footer + Long.BYTES + 2 * Integer.BYTES) != MAGIC
          || count < 0
          || folders < 1
          || begin < 0
          || begin + 2L * Integer.BYTES * count + (Long.BYTES + (long) Integer.BYTES) * folders
              != footer) {
        throw new IOException("not a whole list of photographs");
      }
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("not a whole list of photographs", e);
    }
  }

  /** The photographs of a folder; the list of many is kept in the user's cache folder. */
  static PictureList of(DataFolder folder) {
    return of(folder, caches(), IN_A_FILE);
  }

  /**
   * The photographs of a folder.
   *
   * @param caches where the file may be, in the order in which they are tried
   * @param most photographs that are kept in memory
   * @throws DatasetException if a folder cannot be listed, or links go in a circle
   */
  static PictureList of(DataFolder folder, List<Path> caches, int most) {
    String name = fileName(folder);
    for (Path cache : caches) {
      Optional<PictureList> kept = kept(cache.resolve(name), folder);
      if (kept.isPresent()) {
        return kept.get();
      }
    }
    try {
      ByteArrayOutputStream memory = new ByteArrayOutputStream();
      if (new Walk(folder, memory, most).write()) {
        return new PictureList(ByteBuffer.wrap(memory.toByteArray()));
      }
      return written(folder, caches, name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PictureList written(DataFolder folder, List<Path> caches, String name)
      throws IOException {
    List<String> problems = new ArrayList<>();
    for (Path cache : caches) {
      Path file = cache.resolve(name);
      try {
        OutputFile.write(
            file,
            channel -> {
              OutputStream out =
                  new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
              new Walk(folder, out, Integer.MAX_VALUE).write();
              out.flush();
            });
        return ofFile(file);
      } catch (OutputException e) {
        problems.add(e.getMessage());
      }
    }
    throw DatasetException.ofFile(
        folder.root(),
        "expected a place for the list of its photographs, the environment's XDG_CACHE_HOME names one: "
            + String.join("; ", problems));
  }

  private static ByteBuffer mapped(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new IOException("more than 2 GiB");
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    }
  }

  /**
   * A list that was written.
   *
   * @throws IOException if the file is not a whole list
   */
  static PictureList ofFile(Path file) throws IOException {
    return new PictureList(mapped(file));
  }

  private static Optional<PictureList> kept(Path file, DataFolder folder) {
    try {
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
      PictureList list = ofFile(file);
      return list.isOf(folder) ? Optional.of(list) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // broken: made anew
    }
  }

  /** Where lists are kept: the user's cache folder, or the one for temporary files. */
  private static List<Path> caches() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path own =
        xdg == null || xdg.isEmpty()
            ? Path.of(System.getProperty("user.home", "."), ".cache")
            : Path.of(xdg);
    String user = System.getProperty("user.name", "user").replaceAll("[^A-Za-z0-9]", "_");
    return List.of(
        own.resolve("maskwright"),
        Path.of(System.getProperty("java.io.tmpdir"), "maskwright-" + user));
  }

  private static String fileName(DataFolder folder) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(folder.root().toRealPath().toString().getBytes(StandardCharsets.UTF_8));
      sha.update(folder.links().name().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sha.digest(), 0, 16) + ".pictures";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      folder.files(); // says what there is beside it
      throw unlisted(folder.root(), e);
    }
  }

  private static DatasetException unlisted(Path folder, Exception e) {
    return DatasetException.ofFile(folder, "the folder cannot be listed", e);
  }

  /** How many. */
  int size() {
    return count;
  }

  /** The name of photograph {@code index}, 0..size-1, with slashes, from the folder on. */
  String name(int index) {
    int ends = tables + Integer.BYTES * index;
    int from = index == 0 ? 0 : bytes.getInt(ends - Integer.BYTES);
    String folder = folder(bytes.getInt(ends + Integer.BYTES * count));
    String file = text(from, bytes.getInt(ends));
    return folder.isEmpty() ? file : folder + "/" + file;
  }

  private int folderRow(int number) {
    return tables + 2 * Integer.BYTES * count + (Long.BYTES + Integer.BYTES) * number;
  }

  private String folder(int number) {
    int names = count == 0 ? 0 : bytes.getInt(tables + Integer.BYTES * (count - 1));
    int from = number == 0 ? names : bytes.getInt(folderRow(number - 1) + Long.BYTES);
    return text(from, bytes.getInt(folderRow(number) + Long.BYTES));
  }

  private String text(int from, int to) {
    byte[] text = new byte[to - from];
    bytes.get(from, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  /** Whether no folder has changed since. */
  private boolean isOf(DataFolder root) {
    try {
      for (int i = 0; i < folders; i++) {
        long then = bytes.getLong(folderRow(i));
        if (then == UNSETTLED || modified(root.root().resolve(folder(i))) != then) {
          return false;
        }
      }
      return true;
    } catch (IOException | IndexOutOfBoundsException | NegativeArraySizeException e) {
      return false;
    }
  }

  private static long modified(Path folder) throws IOException {
    return Files.getLastModifiedTime(folder).to(TimeUnit.NANOSECONDS);
  }

  /** Lists a folder into a stream. */
  private static final class Walk {
    private final DataFolder root;
    private final DataOutputStream out;
    private final int most;
    private final Set<Path> above = new HashSet<>();
    private final List<String> folders = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    private int[] ends = new int[1024];
    private int[] folderOf = new int[1024];
    private int count;

    Walk(DataFolder root, OutputStream out, int most) {
      this.root = root;
      this.out = new DataOutputStream(out);
      this.most = most;
    }

    /** Whether there were at most so many; else what was written is of no use. */
    boolean write() throws IOException {
      if (!list("", 1)) {
        return false;
      }
      List<Integer> folderEnds = new ArrayList<>();
      for (String folder : folders) {
        out.write(folder.getBytes(StandardCharsets.UTF_8));
        folderEnds.add(written());
      }
      int tables = written();
      for (int i = 0; i < count; i++) {
        out.writeInt(ends[i]);
      }
      for (int i = 0; i < count; i++) {
        out.writeInt(folderOf[i]);
      }
      for (int i = 0; i < folderEnds.size(); i++) {
        out.writeLong(times.get(i));
        out.writeInt(folderEnds.get(i));
      }
      out.writeLong(tables);
      out.writeInt(count);
      out.writeInt(folders.size());
      out.writeInt(MAGIC);
      out.flush();
      return true;
    }

    private int written() {
      if (out.size() == Integer.MAX_VALUE) { // where DataOutputStream stays
        throw DatasetException.ofFile(root.root(), "the names of its files take more than 2 GiB");
      }
      return out.size();
    }

    /**
     * Lists a folder.
     *
     * @param name of the folder from the root on, empty of the root
     * @param depth of its files, 1 of those in the root
     */
    private boolean list(String name, int depth) throws IOException {
      Path folder = name.isEmpty() ? root.root() : root.root().resolve(name);
      Path real = real(folder);
      if (!above.add(real)) {
        throw DatasetException.ofFile(folder, "links go in a circle, back to " + real);
      }
      int number = folders.size();
      folders.add(name);
      times.add(time(folder));
      for (String entry : entries(folder)) {
        boolean fits =
            entry.endsWith("/")
                ? depth == MAX_DEPTH
                    || list(
                        (name.isEmpty() ? "" : name + "/")
                            + entry.substring(0, entry.length() - 1),
                        depth + 1)
                : add(entry, number);
        if (!fits) {
          return false;
        }
      }
      above.remove(real);
      return true;
    }

    private static Path real(Path folder) {
      try {
        return folder.toRealPath();
      } catch (IOException e) {
        throw unlisted(folder, e);
      }
    }

    /** A change right after the list was made would have the same time, or hardly another. */
    private static long time(Path folder) {
      try {
        long time = modified(folder);
        long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        return time > now - SETTLES ? UNSETTLED : time;
      } catch (IOException e) {
        throw unlisted(folder, e);
      }
    }

    /** Photographs and, with a slash at the end, folders, in the order of whole names. */
    private List<String> entries(Path folder) {
      List<String> entries = new ArrayList<>();
      try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
        for (Path path : all) {
          String name = path.getFileName().toString();
          if (name.startsWith(".")) {
            continue;
          }
          BasicFileAttributes kind =
              Files.readAttributes(
                  path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
          if (kind.isDirectory() || kind.isSymbolicLink() && Files.isDirectory(path)) {
            if (kind.isDirectory() || root.links() == DataFolder.Links.FOLLOW) {
              entries.add(name + "/");
            }
          } else if (Items.isPhotograph(name)) {
            entries.add(name);
          }
        }
      } catch (IOException | DirectoryIteratorException e) {
        throw unlisted(folder, e);
      }
      entries.sort(null);
      return entries;
    }

    private boolean add(String file, int folder) throws IOException {
      if (count == most) {
        return false;
      }
      out.write(file.getBytes(StandardCharsets.UTF_8));
      if (count == ends.length) {
        int longer = (int) Math.min(Integer.MAX_VALUE - 8L, 2L * count);
        ends = Arrays.copyOf(ends, longer);
        folderOf = Arrays.copyOf(folderOf, longer);
      }
      ends[count] = written();
      folderOf[count++] = folder;
      return true;
    }
  }
}
