package org.maskwright.trainer.result;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiPredicate;
import org.maskwright.datasets.TileGrid;

/**
 * Joined objects without those that are second guesses at another one. A model with more queries
 * than objects guesses at some twice, and tiles show a cell at a border several times over, whole
 * or in pieces; what of that agrees well enough was joined, and this is about the rest:
 *
 * <ul>
 *   <li>a piece that every tile cuts, and of which at least half lies in a larger object of its
 *       class at least half as sure, is dropped;
 *   <li>of two objects of a class that are the same by more than half (IoU of masks) one is kept:
 *       the surer one, where the score of what every tile cuts counts half.
 * </ul>
 *
 * <p>Touching objects share next to nothing, and a small object that a tile shows whole in front of
 * a large one stays.
 *
 * <p><b>Source</b> greedy non-maximum merging of SAHI (Akyon et al., ICIP 2022, arXiv 2202.06934),
 * which takes boxes together that cover half of the smaller one. <b>Differs</b>: masks, not boxes;
 * half of the smaller one is enough of pieces alone, since of whole guesses it costs average
 * precision where objects touch; a piece is dropped and not added, since what it was right about is
 * joined already.
 *
 * <p><b>Cost</b> linear in the number of tiles: objects are compared with those near them
 */
final class SecondGuesses {
  private SecondGuesses() {}

  /** Those that are left, in no order. */
  static List<JoinedObject> without(TileGrid grid, List<JoinedObject> objects) {
    List<JoinedObject> found = kept(grid, objects, JoinedObject.BY_AREA, JoinedObject::isPieceOf);
    return kept(grid, found, JoinedObject.BY_TRUST, JoinedObject::repeats);
  }

  /** Those for which no kept one before them in an order stands already. */
  private static List<JoinedObject> kept(
      TileGrid grid,
      List<JoinedObject> objects,
      Comparator<JoinedObject> order,
      BiPredicate<JoinedObject, JoinedObject> needless) {
    List<List<JoinedObject>> near = new ArrayList<>(); // those kept that meet each tile
    for (int i = 0; i < grid.count(); i++) {
      near.add(new ArrayList<>());
    }
    List<JoinedObject> out = new ArrayList<>();
    for (JoinedObject object : objects.stream().sorted(order).toList()) {
      List<Integer> tiles = grid.meeting(object.box());
      if (tiles.stream()
          .flatMap(tile -> near.get(tile).stream())
          .noneMatch(before -> needless.test(object, before))) {
        out.add(object);
        tiles.forEach(tile -> near.get(tile).add(object));
      }
    }
    return out;
  }
}
