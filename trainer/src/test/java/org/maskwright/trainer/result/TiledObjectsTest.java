package org.maskwright.trainer.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;

/** What becomes of parts that do not agree in every pixel, as those of a real model. */
class TiledObjectsTest {
  private static final Size PICTURE = new Size(72, 40);

  /** Tiles from column 0 to 40 and from 32 to 72. */
  private static final TileGrid GRID = new Tiling(40, 8).of(PICTURE);

  /** A box of the picture as a tile sees it. */
  private static Rle seen(int tile, Window box) {
    Window window = GRID.tile(tile);
    Window part = box.intersection(window).within(window);
    return Polygons.toRle(
        new Box(part.x(), part.y(), part.width(), part.height()), window.height(), window.width());
  }

  private static Rle inPicture(Window box) {
    return Polygons.toRle(
        new Box(box.x(), box.y(), box.width(), box.height()), PICTURE.height(), PICTURE.width());
  }

  private static List<Rle> masks(TiledObjects objects) {
    return objects.joined().stream().map(TiledObjects.Found::mask).toList();
  }

  @Test
  void aPartWhoseNeighbourHasTheObjectWholeIsDroppedHoweverItIsDrawn() {
    TiledObjects objects = new TiledObjects(GRID);
    Window object = new Window(20, 10, 18, 12); // ends in the strip of both
    objects.add(0, 1, 0.7, seen(0, object));
    objects.add(1, 1, 0.9, seen(1, new Window(32, 11, 5, 9)));
    assertEquals(List.of(inPicture(object)), masks(objects));
    assertEquals(0.9, objects.joined().get(0).score());
  }

  @Test
  void aFragmentThatLiesInTheOtherPartIsNoObjectOfItsOwn() {
    TiledObjects objects = new TiledObjects(GRID);
    Window object = new Window(10, 5, 29, 30);
    objects.add(0, 1, 0.9, seen(0, object));
    objects.add(1, 1, 0.4, seen(1, new Window(32, 12, 4, 6))); // IoU with it is far below a half
    assertEquals(List.of(inPicture(object)), masks(objects));
  }

  @Test
  void eachTileDecidesAboutItsCoreOfAnObjectThatBothCut() {
    TiledObjects objects = new TiledObjects(GRID);
    objects.add(0, 1, 0.9, seen(0, new Window(10, 10, 62, 10)));
    objects.add(1, 1, 0.8, seen(1, new Window(10, 11, 62, 10)));
    int core = GRID.core(1).x();
    Rle expected =
        Rle.union(
            List.of(
                inPicture(new Window(10, 10, core - 10, 10)),
                inPicture(new Window(core, 11, 72 - core, 10))));
    assertEquals(List.of(expected), masks(objects));
  }

  @Test
  void anObjectThatOneTileMissesKeepsWhatTheOtherSaw() {
    TiledObjects objects = new TiledObjects(GRID);
    Window object = new Window(20, 10, 30, 10);
    objects.add(0, 1, 0.9, seen(0, object));
    assertEquals(List.of(inPicture(new Window(20, 10, 20, 10))), masks(objects));
  }

  @Test
  void partsOfDifferentClassesAreNotOneObject() {
    TiledObjects objects = new TiledObjects(GRID);
    Window object = new Window(20, 10, 30, 10);
    objects.add(0, 1, 0.9, seen(0, object));
    objects.add(1, 2, 0.8, seen(1, object));
    assertEquals(2, objects.joined().size());
  }

  @Test
  void aSecondGuessAtAnObjectDoesNotSpoilTheFirst() {
    TiledObjects objects = new TiledObjects(GRID);
    Window object = new Window(20, 10, 30, 10);
    objects.add(0, 1, 0.2, seen(0, new Window(18, 4, 32, 20)));
    objects.add(0, 1, 0.9, seen(0, object));
    objects.add(1, 1, 0.8, seen(1, object));
    List<TiledObjects.Found> found = objects.joined();
    assertEquals(2, found.size());
    assertEquals(inPicture(object), found.get(0).mask());
    assertEquals(0.2, found.get(1).score());
  }

  @Test
  void whatIsKeptIsBoundedAndIsTheBest() {
    Random random = new Random(6);
    long most = 4000;
    TiledObjects objects = new TiledObjects(GRID, most);
    List<Double> scores = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      byte[] ragged = new byte[40 * 40];
      for (int p = 0; p < ragged.length; p++) {
        ragged[p] = (byte) (random.nextInt(20) == 0 ? 1 : 0);
      }
      scores.add(random.nextDouble());
      objects.add(i % 2, 0, scores.get(i), Rle.ofBitmap(ragged, 40, 40));
      assertTrue(objects.runs() <= most, "runs: " + objects.runs());
    }
    List<Double> kept = objects.joined().stream().map(TiledObjects.Found::score).toList();
    scores.sort(Comparator.reverseOrder());
    assertEquals(scores.subList(0, kept.size()), kept);
    assertTrue(kept.size() > 5, kept::toString);
    assertTrue(
        objects.notes().get(0).contains("does not fit into memory"),
        () -> objects.notes().toString());
  }

  @Test
  void theOrderOfTheTilesChangesNothing() {
    Random random = new Random(4);
    TileGrid grid = new Tiling(32, 10).of(new Size(90, 90));
    for (int round = 0; round < 30; round++) {
      List<Integer> order = new ArrayList<>();
      List<List<Rle>> masks = new ArrayList<>();
      List<double[]> scores = new ArrayList<>();
      for (int t = 0; t < grid.count(); t++) {
        order.add(t);
        List<Rle> ofTile = new ArrayList<>();
        double[] scoresOfTile = new double[6];
        for (int i = 0; i < 6; i++) {
          int x = random.nextInt(28);
          int y = random.nextInt(28);
          Box box = new Box(x, y, 1 + random.nextInt(32 - x), 1 + random.nextInt(32 - y));
          ofTile.add(Polygons.toRle(box, 32, 32));
          scoresOfTile[i] = random.nextInt(4) / 4.0; // many are equal
        }
        masks.add(ofTile);
        scores.add(scoresOfTile);
      }
      List<TiledObjects.Found> first = joined(grid, order, masks, scores);
      Collections.shuffle(order, random);
      assertEquals(first, joined(grid, order, masks, scores));
    }
  }

  private static List<TiledObjects.Found> joined(
      TileGrid grid, List<Integer> order, List<List<Rle>> masks, List<double[]> scores) {
    TiledObjects objects = new TiledObjects(grid);
    for (int t : order) {
      for (int i = 0; i < masks.get(t).size(); i++) {
        objects.add(t, i % 2, scores.get(t)[i], masks.get(t).get(i));
      }
    }
    return objects.joined();
  }
}
