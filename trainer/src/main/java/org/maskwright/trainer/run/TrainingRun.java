package org.maskwright.trainer.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;

/** Settings to a finished run folder: the one place where training is put together. */
public final class TrainingRun {
  private final RunSettings settings;
  private final Console console;
  private final List<String> command;
  private final BooleanSupplier stopRequested;
  private final Rendezvous place;

  private TrainingRun(
      RunSettings settings,
      Console console,
      List<String> command,
      BooleanSupplier stopRequested,
      Rendezvous place) {
    this.settings = settings;
    this.console = console;
    this.command = command;
    this.stopRequested = stopRequested;
    this.place = place;
  }

  /**
   * Starts a run in a new folder and trains to its end.
   *
   * @param command as given, for the provenance
   * @param stopRequested asked after each step; true ends the run with a checkpoint
   */
  public static RunSummary start(
      Path folder,
      ConfigFile config,
      Console console,
      List<String> command,
      BooleanSupplier stopRequested)
      throws IOException {
    return start(folder, config, console, command, stopRequested, Rendezvous.ALONE);
  }

  /**
   * As {@link #start(Path, ConfigFile, Console, List, BooleanSupplier)}, as one of several
   * processes that each call this. All give the same configuration; the first one writes the folder
   * and the console, the others what is wrong with their images.
   *
   * @param place of this process
   * @throws org.maskwright.engine.process.PeerException if another process has ended
   */
  public static RunSummary start(
      Path folder,
      ConfigFile config,
      Console console,
      List<String> command,
      BooleanSupplier stopRequested,
      Rendezvous place)
      throws IOException {
    RunSettings settings;
    try {
      if (place.isFirst()) {
        RunFolder.requireNew(folder);
      }
      settings = config.bind(RunSettings.class);
    } catch (RuntimeException e) {
      GroupMember.refused(place, e);
      throw e;
    }
    return new TrainingRun(settings, console, command, stopRequested, place)
        .train(folder, () -> RunFolder.create(folder, config.render()));
  }

  /** Continues the run of a folder after its latest checkpoint; from the start if there is none. */
  public static RunSummary resume(
      Path folder, Console console, List<String> command, BooleanSupplier stopRequested)
      throws IOException {
    return resume(folder, console, command, stopRequested, Rendezvous.ALONE);
  }

  /**
   * As {@link #resume(Path, Console, List, BooleanSupplier)}, as one of several processes that each
   * call this; how many there are need not be how many there were.
   *
   * @param place of this process
   * @throws org.maskwright.engine.process.PeerException if another process has ended
   */
  public static RunSummary resume(
      Path folder,
      Console console,
      List<String> command,
      BooleanSupplier stopRequested,
      Rendezvous place)
      throws IOException {
    RunFolder run = null;
    try {
      RunSettings settings;
      try {
        run = place.isFirst() ? RunFolder.resume(folder) : null;
        settings =
            RunFolder.settings(
                RunFolder.configIn(folder),
                List.of(),
                place.isFirst() ? console::line : note -> {});
      } catch (RuntimeException e) {
        GroupMember.refused(place, e);
        throw e;
      }
      RunFolder opened = run;
      return new TrainingRun(settings, console, command, stopRequested, place)
          .train(folder, () -> opened);
    } finally {
      if (run != null) {
        run.close();
      }
    }
  }

  /**
   * Trains, with the other processes.
   *
   * @param opened the folder's run; asked in the first process
   */
  private RunSummary train(Path folder, Supplier<RunFolder> opened) throws IOException {
    return GroupMember.run(
        place,
        settings.train().processes().patience(),
        group -> {
          Agreement.requireSettings(group, settings);
          return place.isFirst()
              ? new Leader(settings, console, command, stopRequested).run(group, opened)
              : Follower.run(settings, console, stopRequested, group, folder);
        });
  }
}
