package org.maskwright.trainer.track;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.maskwright.trainer.checkpoint.RunFolder;

/** All trackers of a run. */
public final class Trackers implements Closeable {
  /** Opens a tracker, if the run has it. */
  @FunctionalInterface
  private interface Opener {
    Optional<Tracker> open(TrackedRun run) throws IOException;
  }

  /** What there is: a new one is one more line. */
  private static final List<Opener> KNOWN =
      List.of(run -> Optional.of(new EventWriter(run.folder().tensorboard())), MlflowTracker::open);

  /** Sample sheets that are kept with a run, the latest ones. */
  private static final int SHEETS = 10;

  private final RunFolder folder;
  private final List<Tracker> trackers;

  private Trackers(RunFolder folder, List<Tracker> trackers) {
    this.folder = folder;
    this.trackers = trackers;
  }

  /**
   * Opens those of a run.
   *
   * @throws IOException if a file cannot be made
   */
  public static Trackers open(TrackedRun run) throws IOException {
    List<Tracker> open = new ArrayList<>();
    for (Opener opener : KNOWN) {
      opener.open(run).ifPresent(open::add);
    }
    return new Trackers(run.folder(), open);
  }

  /**
   * Takes numbers of a step.
   *
   * @throws IOException if a file cannot be written
   */
  public void numbers(String kind, long step, Map<String, Double> values) throws IOException {
    for (Tracker tracker : trackers) {
      tracker.numbers(kind, step, values);
    }
  }

  /**
   * The run has come to an end.
   *
   * @param interrupted whether it was asked to stop before its end
   * @param model the folder of its best checkpoint, if it has one
   */
  public void ended(boolean interrupted, Optional<Path> model) throws IOException {
    List<Tracker.Artifact> files = new ArrayList<>();
    for (Path file : List.of(folder.config(), folder.report(), folder.summary())) {
      add(files, "", file);
    }
    for (Path picture : inFolder(folder.folder(), ".png")) {
      add(files, "", picture);
    }
    List<Path> sheets = inFolder(folder.samples(), ".png");
    for (Path sheet : sheets.subList(Math.max(0, sheets.size() - SHEETS), sheets.size())) {
      add(files, "samples/", sheet);
    }
    if (model.isPresent()) {
      for (Path file : inFolder(model.get(), "")) {
        if (file.getFileName().toString().matches("model\\..*|thresholds\\..*|SHA256SUMS")) {
          add(files, "model/", file);
        }
      }
    }
    Tracker.Ending ending = new Tracker.Ending(interrupted, files);
    trackers.forEach(tracker -> tracker.ended(ending));
  }

  private static void add(List<Tracker.Artifact> files, String below, Path file) {
    if (Files.isRegularFile(file)) {
      files.add(new Tracker.Artifact(below + file.getFileName(), file));
    }
  }

  private static List<Path> inFolder(Path folder, String ending) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.getFileName().toString().endsWith(ending))
          .sorted(Comparator.comparing(Path::toString))
          .toList();
    }
  }

  @Override
  public void close() throws IOException {
    IOException failed = null;
    for (Tracker tracker : trackers) {
      try {
        tracker.close();
      } catch (IOException e) { // the disk is full: the others are closed too
        failed = e;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
