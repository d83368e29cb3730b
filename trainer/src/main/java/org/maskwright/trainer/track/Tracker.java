package org.maskwright.trainer.track;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A place where the numbers of a run go beside its own log. Opened for a run or a part of one that
 * is resumed, and closed at its end, whatever ended it.
 *
 * <p><b>Threads</b> one.
 */
interface Tracker extends Closeable {
  /**
   * Takes numbers of a step, some of which may not be finite.
   *
   * @param kind what was measured, as in the log, such as {@code train}
   * @throws IOException if it is a file and cannot be written
   */
  void numbers(String kind, long step, Map<String, Double> values) throws IOException;

  /** The run has come to an end; without this, {@link #close} is that of one that failed. */
  default void ended(Ending ending) {}

  /**
   * How a run ended, and what of it is worth keeping.
   *
   * @param interrupted whether it was asked to stop before its end
   * @param files that exist
   */
  record Ending(boolean interrupted, List<Artifact> files) {
    public Ending {
      files = List.copyOf(files);
    }
  }

  /**
   * A file of a run.
   *
   * @param name with folders between slashes
   */
  record Artifact(String name, Path file) {}
}
