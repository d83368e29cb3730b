package org.maskwright.trainer.result;

import org.maskwright.datasets.Size;
import org.maskwright.datasets.TileGrid;

/**
 * How a kind of result is made of pictures too large for one pass of a model: its results of tiles
 * become one.
 *
 * @param <R> the result of one image, at the image's stored size
 */
public interface LargePictures<R> {
  /** Starts a picture of more than one tile. */
  TileJoiner<R> joiner(TileGrid grid, ResultContext context);

  /** A result at a smaller size, by the nearest pixel: for a picture that can be looked at. */
  R sampled(R result, Size size);
}
