package org.maskwright.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * The checkpoints of one run: folders {@code step-00000120}, and the links {@code best} and {@code
 * last} to two of them.
 *
 * <p><b>What a kill can do</b> A checkpoint is written to a hidden folder, its files and their
 * checksums are synced to the disk, then the folder is renamed. A killed write leaves a hidden
 * folder, which the next {@link #open} removes, or finishes if it was whole. A deletion renames
 * first, so no half-deleted folder is taken for a checkpoint.
 *
 * <p><b>What a broken disk can do</b> see {@link #setAside}.
 *
 * <p><b>Threads</b> Not thread-safe, and one process at a time: {@link RunFolder} holds the lock.
 */
public final class CheckpointStore {
  private static final Pattern NAME = Pattern.compile("step-(\\d{8,18})");
  private static final String WRITING = ".writing-";
  private static final String DELETING = ".deleting-";
  private static final String BROKEN = "broken-";
  private static final String BEST = "best";
  private static final String LAST = "last";

  private final Path folder;
  private final int keep;

  private CheckpointStore(Path folder, int keep) {
    this.folder = folder;
    this.keep = keep;
  }

  /** Where the checkpoints are. */
  public Path folder() {
    return folder;
  }

  /** Writes the files of a checkpoint into an empty folder. */
  @FunctionalInterface
  public interface Content {
    void writeTo(Path folder) throws IOException;
  }

  /** A complete checkpoint. */
  public record Checkpoint(long step, Path folder) {}

  /**
   * Opens the store, makes its folder if needed, and repairs what a killed process left.
   *
   * @param folder holds the checkpoints and nothing else
   * @param keep how many of the newest checkpoints to keep, at least 1; the best is kept besides
   * @throws CheckpointException if the folder cannot be read or repaired
   */
  public static CheckpointStore open(Path folder, int keep) {
    if (keep < 1) {
      throw new IllegalArgumentException("keep: expected at least 1, got " + keep);
    }
    var store = new CheckpointStore(folder.toAbsolutePath(), keep);
    try {
      Files.createDirectories(store.folder);
      store.repair();
    } catch (IOException e) {
      throw new CheckpointException(folder, "cannot be opened: " + e, e);
    }
    return store;
  }

  /**
   * Writes a checkpoint; when this returns it is on the disk and complete. Checkpoints beyond the
   * newest {@code keep}, other than the best, are deleted afterwards.
   *
   * @param step how many steps have been taken
   * @throws CheckpointException if it cannot be written, for example because the disk is full;
   *     older checkpoints are then as they were
   */
  public Checkpoint write(long step, Content content) {
    if (step < 0) {
      throw new IllegalArgumentException("step: expected at least 0, got " + step);
    }
    String name = String.format(Locale.ROOT, "step-%08d", step);
    Path writing = folder.resolve(WRITING + name);
    try {
      DurableFiles.deleteTree(writing);
      Files.createDirectory(writing);
      content.writeTo(writing);
      Checksums.write(writing);
      DurableFiles.syncTree(writing);
      Checkpoint written = publish(writing, new Checkpoint(step, folder.resolve(name)));
      prune();
      return written;
    } catch (IOException | OutputException | CheckpointException e) { // of a file in it
      throw writeFailed(name, writing, e);
    }
  }

  /** Makes {@code best} point to a checkpoint, which is then kept until another one is better. */
  public void markBest(Checkpoint checkpoint) {
    try {
      link(BEST, checkpoint);
    } catch (IOException e) {
      throw new CheckpointException(folder.resolve(BEST), "cannot be linked: " + e, e);
    }
  }

  /** The best checkpoint, if one was marked. */
  public Optional<Checkpoint> best() {
    return linked(BEST);
  }

  /** The complete checkpoint of the highest step. Its content is not verified. */
  public Optional<Checkpoint> latest() {
    List<Checkpoint> all = all();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /**
   * Takes a checkpoint that cannot be read out of the way of later ones: it keeps its files, under
   * the name {@code broken-step-...}, and counts as a checkpoint no more.
   *
   * @return its new folder
   * @throws CheckpointException if it cannot be renamed
   */
  public Path setAside(Checkpoint broken) {
    try {
      Path target = aside(broken.folder());
      Files.move(broken.folder(), target, StandardCopyOption.ATOMIC_MOVE);
      relinkLast();
      return target;
    } catch (IOException e) {
      throw new CheckpointException(broken.folder(), "cannot be renamed: " + e, e);
    }
  }

  private Path aside(Path checkpoint) {
    String name = BROKEN + checkpoint.getFileName();
    Path target = folder.resolve(name);
    for (int n = 2; Files.exists(target, LinkOption.NOFOLLOW_LINKS); n++) {
      target = folder.resolve(name + "-" + n);
    }
    return target;
  }

  /** All complete checkpoints, by ascending step. */
  public List<Checkpoint> all() {
    try (Stream<Path> list = Files.list(folder)) {
      return list.flatMap(path -> checkpoint(path).stream())
          .sorted((a, b) -> Long.compare(a.step(), b.step()))
          .toList();
    } catch (IOException e) {
      throw new CheckpointException(folder, "cannot be listed: " + e, e);
    }
  }

  /**
   * Verifies the checksum of every file of a checkpoint folder, of this store or any other.
   *
   * @throws CheckpointException naming the first file that is missing, changed or not listed
   */
  public static void verify(Path checkpoint) {
    if (!Files.isDirectory(checkpoint)) {
      throw new CheckpointException(
          checkpoint, "no such folder; expected a checkpoint such as RUN/checkpoints/last");
    }
    try {
      Checksums.verify(checkpoint.toRealPath());
    } catch (IOException e) {
      throw new CheckpointException(checkpoint, "cannot be read: " + e, e);
    }
  }

  private Checkpoint publish(Path writing, Checkpoint checkpoint) throws IOException {
    if (Files.exists(checkpoint.folder())) { // a resumed run reached the same step again
      // A kill between the two moves loses nothing: the written folder is whole, so it is finished.
      moveAway(checkpoint.folder());
    }
    Files.move(writing, checkpoint.folder(), StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.sync(folder);
    link(LAST, checkpoint);
    deleteMovedAway();
    return checkpoint;
  }

  private void repair() throws IOException {
    for (Path path : hidden(WRITING)) {
      String name = path.getFileName().toString().substring(WRITING.length());
      Path finished = folder.resolve(name);
      if (NAME.matcher(name).matches() && isWhole(path) && !Files.exists(finished)) {
        Files.move(path, finished, StandardCopyOption.ATOMIC_MOVE);
      } else {
        DurableFiles.deleteTree(path);
      }
    }
    deleteMovedAway();
    for (String name : List.of(BEST, LAST)) {
      if (Files.isDirectory(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        replaceByLink(name);
      }
    }
    DurableFiles.sync(folder);
    relinkLast();
  }

  private void relinkLast() throws IOException {
    Optional<Checkpoint> latest = latest();
    if (latest.isPresent()) {
      link(LAST, latest.get());
    }
  }

  /**
   * A run that was copied with its links followed has whole checkpoints in their place: the one
   * that has the same content is linked to, and what no checkpoint equals is kept under another
   * name.
   */
  private void replaceByLink(String name) throws IOException {
    Path copy = folder.resolve(name);
    Optional<Checkpoint> same = Optional.empty();
    for (Checkpoint checkpoint : all()) {
      if (sameList(copy, checkpoint.folder()) && isWhole(checkpoint.folder())) {
        same = Optional.of(checkpoint);
      }
    }
    if (same.isEmpty()) {
      Files.move(copy, aside(copy), StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    moveAway(copy);
    deleteMovedAway();
    link(name, same.get());
  }

  private static boolean sameList(Path first, Path second) throws IOException {
    Path list = first.resolve(Checksums.FILE);
    return Files.isRegularFile(list) && Files.mismatch(list, second.resolve(Checksums.FILE)) < 0;
  }

  private static boolean isWhole(Path writing) {
    try {
      Checksums.verify(writing);
      return true;
    } catch (CheckpointException e) { // a write that was cut off: there is nothing to report
      return false;
    }
  }

  private void prune() throws IOException {
    List<Checkpoint> all = all();
    Set<Path> kept = new HashSet<>();
    all.subList(Math.max(0, all.size() - keep), all.size()).forEach(c -> kept.add(c.folder()));
    best().ifPresent(c -> kept.add(c.folder()));
    for (Checkpoint checkpoint : all) {
      if (!kept.contains(checkpoint.folder())) {
        moveAway(checkpoint.folder());
      }
    }
    deleteMovedAway();
  }

  private void moveAway(Path checkpoint) throws IOException {
    Path target = checkpoint.resolveSibling(DELETING + checkpoint.getFileName());
    DurableFiles.deleteTree(target);
    Files.move(checkpoint, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private void deleteMovedAway() throws IOException {
    for (Path path : hidden(DELETING)) {
      DurableFiles.deleteTree(path);
    }
  }

  private List<Path> hidden(String prefix) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(path -> path.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  private Optional<Checkpoint> checkpoint(Path path) {
    Matcher name = NAME.matcher(path.getFileName().toString());
    return name.matches()
            && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
            && Files.exists(path.resolve(Checksums.FILE))
        ? Optional.of(new Checkpoint(Long.parseLong(name.group(1)), path))
        : Optional.empty();
  }

  /** Replaces a link at once: it points to the old checkpoint or to the new one. */
  private void link(String name, Checkpoint checkpoint) throws IOException {
    Path temporary = folder.resolve(WRITING + name);
    Files.deleteIfExists(temporary);
    Files.createSymbolicLink(temporary, checkpoint.folder().getFileName());
    Files.move(temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.sync(folder);
  }

  private Optional<Checkpoint> linked(String name) {
    Path link = folder.resolve(name);
    try {
      return checkpoint(folder.resolve(Files.readSymbolicLink(link)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new CheckpointException(link, "expected a link to a checkpoint: " + e, e);
    }
  }

  private CheckpointException writeFailed(String name, Path writing, Exception cause) {
    try {
      DurableFiles.deleteTree(writing);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    String newest = latest().map(c -> "the newest is " + c.folder()).orElse("there is none");
    return new CheckpointException(
        folder.resolve(name),
        "cannot be written: "
            + (cause instanceof IOException io ? OutputFile.reason(folder, io) : cause.getMessage())
            + "; older checkpoints are unharmed ("
            + newest
            + "); then continue with train --resume",
        cause);
  }
}
