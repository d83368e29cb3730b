package org.maskwright.datasets.catalog;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.settings.Named;

/**
 * A way in which data sets lie in a folder: what gives it away, and what opens it. One class each,
 * named in {@code META-INF/services/org.maskwright.datasets.catalog.Layout}, in the order in which
 * they are looked for: one whose signs are part of another's comes after it.
 *
 * <p><b>Threads</b> Several at once; without state.
 */
public interface Layout extends Named {
  /** What such a folder looks like, in one line. */
  String description();

  /** The values of {@link DatasetSettings#type()} that this layout opens. */
  List<String> types();

  /** Which settings it reads, beside type, root, split and links. */
  Set<LayoutKey> reads(String type);

  /**
   * Whether a folder has this layout, by what is in it.
   *
   * @return how to open it; empty if it has another
   * @throws DatasetException if it has this one, but not the part that is asked for, or is not
   *     whole
   */
  Optional<LayoutDetector.Found> find(LayoutQuery query);

  /** Whether the files that give it away are of no other layout, so that two cannot be meant. */
  default boolean isToolsOwn() {
    return false;
  }

  /** What a folder holds that is near to this layout, and what to change; for a folder of none. */
  default Optional<String> nearly(LayoutQuery query) {
    return Optional.empty();
  }

  /**
   * Opens a data set.
   *
   * @param settings of one of {@link #types()}
   * @param problems is given what does not fit and is left out, where the data set can do without
   * @throws DatasetException if it is not there, not of this layout, or broken
   */
  Dataset open(DatasetSettings settings, Consumer<DatasetException> problems);
}
