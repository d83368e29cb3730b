package org.maskwright.trainer.result;

import java.util.List;

/**
 * Joins what a model saw in the tiles of one picture, as they come.
 *
 * <p><b>Threads</b> one at a time.
 *
 * @param <R> the result of the whole picture
 */
public interface TileJoiner<R> {
  /**
   * Takes in a tile; they come in the order of their numbers, each once.
   *
   * @param outputs at the tile's size
   */
  void add(int tile, ImageOutputs outputs);

  /** The result of the picture, once, after the last tile. */
  R joined();

  /** What a user should know of it, a line each. */
  default List<String> notes() {
    return List.of();
  }
}
