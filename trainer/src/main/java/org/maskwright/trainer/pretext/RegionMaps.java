package org.maskwright.trainer.pretext;

import java.util.List;
import org.maskwright.datasets.mask.Rle;

/**
 * Regions of a picture, and where a model takes them to be from their seen patches.
 *
 * @param view which part of the picture
 * @param loss of the hidden patches
 * @param overlaps IoU of each region in hidden patches; of those that are in some
 * @param regions at the size of the picture
 * @param predicted at the size of the picture: seen patches as they are, hidden ones where the
 *     model's probability is above a half
 */
record RegionMaps(
    SquareView view, double loss, List<Double> overlaps, List<Rle> regions, List<Rle> predicted) {
  /** Keeps the lists. */
  RegionMaps {
    overlaps = List.copyOf(overlaps);
    regions = List.copyOf(regions);
    predicted = List.copyOf(predicted);
  }
}
