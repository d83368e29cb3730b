package org.maskwright.trainer.doctor;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.maskwright.engine.runtime.NativeCache;

/** Where files are written: the native libraries' cache, temporary files and the working folder. */
final class Folders {
  private final SystemFiles files;
  private final Path cache;
  private final Path temporary;
  private final Path working;

  Folders(SystemFiles files, Path cache, Path temporary, Path working) {
    this.files = files;
    this.cache = cache;
    this.temporary = temporary;
    this.working = working;
  }

  static Folders here() {
    String asked = System.getProperty(NativeCache.PROPERTY);
    return new Folders(
        SystemFiles.HERE,
        asked == null
            ? Path.of(System.getProperty("user.home"), ".javacpp", "cache")
            : Path.of(asked),
        Path.of(System.getProperty("java.io.tmpdir")),
        Path.of("").toAbsolutePath());
  }

  List<Fact> facts() {
    return List.of(
        new Fact("disk", "native cache", cache + ", " + cacheSize() + ", " + space(cache)),
        new Fact("disk", "temporary", temporary + ", " + space(temporary)),
        new Fact("disk", "working folder", working + ", " + space(working)));
  }

  /** Native libraries are unpacked into the cache and loaded from there. */
  Finding cacheFinding() {
    String advice =
        "set MASKWRIGHT_OPTS=-D" + NativeCache.PROPERTY + "=FOLDER to one on another file system";
    Path there = existing(cache);
    if (!Files.isWritable(there)) {
      return Finding.wrong("machine", "native cache", there + ": cannot be written", advice);
    }
    if (NativeCache.mountOptions(there, files.lines("proc/self/mounts")).contains("noexec")) {
      return Finding.wrong(
          "machine",
          "native cache",
          cache + ": its file system is mounted noexec, no library can be loaded from it",
          advice);
    }
    if (usable(there) < Bytes.GIB && !Files.isDirectory(cache)) {
      return Finding.wrong(
          "machine",
          "native cache",
          cache + ": " + space(there) + ", the libraries take 1 GiB",
          advice);
    }
    return Finding.ok("machine", "native cache", cacheSize() + ", " + space(there));
  }

  /** Runs are written below the working folder unless a command says otherwise. */
  Finding workingFinding() {
    if (!Files.isWritable(working)) {
      return Finding.note(
          "machine",
          "working folder",
          working + ": cannot be written",
          "give commands an output folder, or start them elsewhere");
    }
    return usable(working) < Bytes.GIB
        ? Finding.note(
            "machine",
            "working folder",
            working + ": " + space(working),
            "a run of a middle-sized model writes checkpoints of 1 GiB")
        : Finding.ok("machine", "working folder", space(working));
  }

  private static Path existing(Path folder) {
    Path at = folder.toAbsolutePath();
    while (at.getParent() != null && !Files.exists(at)) {
      at = at.getParent();
    }
    return at;
  }

  private static long usable(Path folder) {
    try {
      return Files.getFileStore(existing(folder)).getUsableSpace();
    } catch (IOException e) {
      return 0;
    }
  }

  private static String space(Path folder) {
    return Bytes.text(usable(folder)) + " free";
  }

  private String cacheSize() {
    long[] sum = new long[1];
    try {
      Files.walkFileTree(
          cache,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              sum[0] += attributes.size();
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // another process cleans up
            }
          });
    } catch (IOException e) {
      return "cannot be read";
    }
    return sum[0] == 0 ? "empty" : Bytes.text(sum[0]);
  }
}
