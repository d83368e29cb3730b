package org.maskwright.trainer.video;

import java.io.IOException;
import org.maskwright.datasets.Categories;
import org.maskwright.settings.Named;
import org.maskwright.trainer.result.ResultFiles;

/**
 * A format of videos, in which tracks can be written.
 *
 * <p>A format is a class with a public constructor without arguments, named in {@code
 * META-INF/services/org.maskwright.trainer.video.TrackFormat}; {@link TrackFormats} finds them. All
 * its files are in a folder of its name.
 *
 * <p><b>Threads</b> A format keeps no state; all of a run's is in its writer.
 */
public interface TrackFormat extends Named {
  /** What {@code predict --video --format} calls it, and the folder of its files. */
  @Override
  String name();

  /** What it is and which files it has, in a sentence for the documentation. */
  String meaning();

  /**
   * Starts the files.
   *
   * @param files where they are written
   * @param categories the model's classes in contiguous order, with the ids 1 to K
   * @throws IOException if a file cannot be started
   */
  TrackWriter start(ResultFiles files, Categories categories) throws IOException;
}
