package org.maskwright.trainer.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;

/**
 * The folder of one run:
 *
 * <pre>
 *   config.conf       resolved configuration, every key of it; SHA256SUMS holds its checksum
 *   provenance.json   what made the run; provenance-2.json, ... of each time it was resumed
 *   metrics.jsonl     one JSON object a line
 *   tensorboard/      event files
 *   samples/          pictures of predictions
 *   evaluations/      step-00000200/evaluation.json and more: all of an evaluation
 *   loss.png          curves of the losses, and metrics.png of what was evaluated
 *   report.html       all of it as one page, when the run has finished
 *   mlflow.json       where its numbers go too, if they are sent to a server
 *   checkpoints/      see {@link CheckpointStore}
 *   summary.json      written when the run has finished
 * </pre>
 *
 * <p><b>Lifecycle</b> Holds a lock from opening to {@link #close}, so that two processes never
 * write into one run; the lock of a killed process is free.
 */
public final class RunFolder implements AutoCloseable {
  private static final String CONFIG = "config.conf";
  private static final int SHOWN = 8;

  private final Path folder;
  private final FileChannel lockFile;

  private RunFolder(Path folder, FileChannel lockFile) {
    this.folder = folder;
    this.lockFile = lockFile;
  }

  /**
   * Starts a run in a new or empty folder.
   *
   * @param resolvedConfig content of config.conf
   * @throws ConfigException if the folder holds a run already, or another process uses it
   * @throws OutputException if it cannot be written
   */
  public static RunFolder create(Path folder, String resolvedConfig) {
    requireNew(folder);
    try {
      Files.createDirectories(folder);
      RunFolder run = locked(folder);
      try {
        Files.createDirectories(run.samples());
        OutputFile.writeDurably(run.config(), resolvedConfig);
        Checksums.write(folder, List.of(CONFIG));
      } catch (IOException | OutputException e) {
        run.close();
        throw e;
      }
      return run;
    } catch (IOException e) {
      throw OutputFile.failure(folder, e);
    }
  }

  /**
   * Checks that a run can be started there.
   *
   * @throws ConfigException if the folder holds a run already
   */
  public static void requireNew(Path folder) {
    if (Files.exists(configIn(folder))) {
      throw new ConfigException(
          folder
              + ": holds a run already; continue it with --resume "
              + folder
              + ", or choose another --run-dir");
    }
  }

  /**
   * Opens a run to continue it.
   *
   * @throws ConfigException if the folder holds no run, or another process uses it
   * @throws OutputException if it cannot be written
   */
  public static RunFolder resume(Path folder) {
    if (!Files.exists(configIn(folder))) {
      throw new ConfigException(
          folder + ": holds no run to resume: it has no config.conf; start one with --run-dir");
    }
    try {
      return locked(folder);
    } catch (IOException e) {
      throw OutputFile.failure(folder, e);
    }
  }

  /**
   * The settings of a run: its config.conf, as it was written. Keys that came after the version
   * that wrote it have their defaults, with which a run is what it was before.
   *
   * @param overrides {@code key.path=value}; later ones win
   * @param note told of keys that have their defaults
   * @throws ConfigException if a key is unknown or out of range, or missing in a file of which no
   *     {@code SHA256SUMS} says that it is as it was written
   * @throws CheckpointException if the file was changed since
   */
  public static RunSettings settings(Path config, List<String> overrides, Consumer<String> note) {
    ConfigFile written = ConfigFile.loadData(config, overrides);
    if (!Checksums.verifyIfListed(config.toAbsolutePath().getParent(), List.of(CONFIG))) {
      return written.bind(RunSettings.class);
    }
    RunSettings settings = written.completed().bind(RunSettings.class);
    List<String> later = written.lacking(settings);
    if (!later.isEmpty()) {
      note.accept(
          "note: %s is of an earlier version, which did not have %s%s: defaults are taken"
              .formatted(
                  written.name(),
                  String.join(", ", later.subList(0, Math.min(SHOWN, later.size()))),
                  later.size() > SHOWN ? " and " + (later.size() - SHOWN) + " more keys" : ""));
    }
    return settings;
  }

  public Path folder() {
    return folder;
  }

  public Path config() {
    return configIn(folder);
  }

  public Path metrics() {
    return folder.resolve("metrics.jsonl");
  }

  public Path tensorboard() {
    return folder.resolve("tensorboard");
  }

  public Path samples() {
    return folder.resolve("samples");
  }

  /** The page of a finished run. */
  public Path report() {
    return folder.resolve("report.html");
  }

  /** Which run of an MLflow server this is. */
  public Path mlflow() {
    return folder.resolve("mlflow.json");
  }

  /** Writes the files of the evaluation of a step, in place of those of an earlier one. */
  public void writeEvaluation(long step, Map<String, String> files) {
    Path of = folder.resolve("evaluations").resolve("step-%08d".formatted(step));
    files.forEach((name, text) -> OutputFile.write(of.resolve(name), text));
  }

  public Path checkpoints() {
    return folder.resolve("checkpoints");
  }

  public Path summary() {
    return folder.resolve("summary.json");
  }

  /** Writes summary.json. */
  public void writeSummary(String json) {
    OutputFile.writeDurably(summary(), json);
  }

  /** Writes provenance.json, or the next provenance-N.json of a resumed run. */
  public void writeProvenance(Provenance provenance) {
    Path file = folder.resolve("provenance.json");
    for (int n = 2; Files.exists(file); n++) {
      file = folder.resolve("provenance-" + n + ".json");
    }
    OutputFile.writeDurably(file, provenance.toJson());
  }

  /**
   * The configuration of the run that a checkpoint belongs to; links such as checkpoints/best are
   * followed. Empty if the folder is not a checkpoint of a run.
   */
  public static Optional<Path> configOf(Path checkpoint) {
    try {
      return Optional.ofNullable(checkpoint.toRealPath().getParent())
          .map(Path::getParent)
          .map(RunFolder::configIn)
          .filter(Files::isRegularFile);
    } catch (IOException e) { // there is no such folder
      return Optional.empty();
    }
  }

  /** Gives the folder back to other processes. */
  @Override
  public void close() {
    try {
      lockFile.close(); // releases the lock
    } catch (IOException e) {
      throw new CheckpointException(folder, "cannot be closed: " + e, e);
    }
  }

  /** The configuration of the run in a folder, which need not be there. */
  public static Path configIn(Path folder) {
    return folder.resolve(CONFIG);
  }

  private static RunFolder locked(Path folder) throws IOException {
    var channel =
        FileChannel.open(
            folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) { // held by this very process: as taken as any other
      lock = null;
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new ConfigException(
          folder + ": another process is using this run folder; choose another --run-dir");
    }
    return new RunFolder(folder.toAbsolutePath(), channel);
  }
}
