package org.maskwright.trainer.format;

import java.io.IOException;
import java.util.List;
import org.maskwright.settings.Named;
import org.maskwright.trainer.result.ResultFiles;

/**
 * A format of some tool, in which predictions can be written.
 *
 * <p>A format is a class with a public constructor without arguments, named in {@code
 * META-INF/services/org.maskwright.trainer.format.PredictionFormat}; {@link PredictionFormats}
 * finds them. All its files are in a folder of its name.
 *
 * <p><b>Threads</b> A format keeps no state; all of a run's is in its writer.
 */
public interface PredictionFormat extends Named {
  /** What {@code predict --format} calls it, and the folder of its files. */
  @Override
  String name();

  /** What it is and which files it has, in a sentence for the documentation. */
  String meaning();

  /**
   * The files of one image, below the folder of results, for a look at whether they may be written.
   *
   * @param output the image's name without ending, such as {@code a/x}
   */
  List<String> files(String output);

  /**
   * Starts the files.
   *
   * @param files where they are written
   * @throws IOException if a file cannot be started
   */
  FormatWriter start(ResultFiles files, FormatContext context) throws IOException;
}
