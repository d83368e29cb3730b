package org.maskwright.datasets.loader;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Where a loader stands: everything that is needed to go on with the next batch. Small enough for a
 * checkpoint.
 *
 * @param batches how many batches were taken
 * @param sources where each source stands
 */
public record LoaderState(long batches, List<Position> sources) {
  /**
   * Where a source stands.
   *
   * @param epoch how many times the source was passed completely
   * @param position how many images of this epoch were taken
   */
  public record Position(long epoch, int position) {
    static final Position START = new Position(0, 0);

    public Position {
      if (epoch < 0 || position < 0) {
        throw new IllegalArgumentException(
            "loader state: expected epoch and position >= 0, got " + epoch + ", " + position);
      }
    }
  }

  /** Before the first image of one source. */
  public static final LoaderState START = start(1);

  public LoaderState {
    sources = List.copyOf(sources);
    if (batches < 0) {
      throw new IllegalArgumentException("loader state: expected batches >= 0, got " + batches);
    }
  }

  /** Before the first image of so many sources. */
  public static LoaderState start(int sources) {
    return new LoaderState(0, Collections.nCopies(sources, Position.START));
  }

  LoaderState moved(int source, Position to) {
    List<Position> moved = new ArrayList<>(sources);
    moved.set(source, to);
    return new LoaderState(batches, moved);
  }

  LoaderState afterBatch() {
    return new LoaderState(batches + 1, sources);
  }
}
