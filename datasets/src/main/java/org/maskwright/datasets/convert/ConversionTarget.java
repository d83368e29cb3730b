package org.maskwright.datasets.convert;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.Tally;
import org.maskwright.settings.Named;

/**
 * A layout that data sets can be converted to. One class each, named in {@code
 * META-INF/services/org.maskwright.datasets.convert.ConversionTarget}.
 *
 * <p><b>Threads</b> Several at once; without state.
 */
public interface ConversionTarget extends Named {
  /** What is written, in one line. */
  String description();

  /** What the data have to serve: semantic where objects are not told apart; else empty. */
  Optional<Task> task();

  /**
   * Writes a data set.
   *
   * @param folder an empty folder
   * @param parts at least one, over common classes
   * @param tally is told each image and object, and what the target cannot hold
   * @throws org.maskwright.datasets.DatasetException if an image cannot be read
   * @throws org.maskwright.files.OutputException if a file cannot be written
   */
  void write(Path folder, List<ConversionPart> parts, Tally tally);
}
