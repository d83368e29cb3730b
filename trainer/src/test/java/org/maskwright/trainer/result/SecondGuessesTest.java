package org.maskwright.trainer.result;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;

/** An object of a picture is found once, however often and in how many pieces tiles guess at it. */
class SecondGuessesTest {
  private static final int SIDE = 100;
  private static final Size PICTURE = new Size(SIDE, SIDE);

  /** Nine tiles of 44 pixels, each of which has 16 in common with the next. */
  private static final TileGrid GRID = new Tiling(44, 16).of(PICTURE);

  private final TiledObjects objects = new TiledObjects(GRID);

  private static Rle disc(double x, double y, double radius) {
    byte[] bitmap = new byte[SIDE * SIDE];
    for (int i = 0; i < bitmap.length; i++) {
      int row = i / SIDE;
      double dx = i % SIDE - x;
      double dy = row - y;
      bitmap[i] = (byte) (dx * dx + dy * dy < radius * radius ? 1 : 0);
    }
    return Rle.ofBitmap(bitmap, SIDE, SIDE);
  }

  private static Rle box(int x, int y, int width, int height) {
    return Polygons.toRle(new Box(x, y, width, height), SIDE, SIDE);
  }

  /** What a tile sees of a mask of the picture. */
  private void add(int tile, double score, Rle mask) {
    objects.add(tile, 0, score, TiledObjects.cut(mask, GRID.tile(tile)));
  }

  /** The mask as every tile sees it. */
  private void addToAll(double score, Rle mask) {
    for (int tile = 0; tile < GRID.count(); tile++) {
      add(tile, score, mask);
    }
  }

  private List<Rle> masks() {
    return objects.joined().stream().map(TiledObjects.Found::mask).toList();
  }

  @Test
  void ofAGridOfDiscsEachIsFoundOnceThoughTilesGuessAtEachThreeTimes() {
    Set<Rle> discs = new HashSet<>();
    for (int y = 6; y < SIDE; y += 11) {
      for (int x = 6; x < SIDE; x += 11) {
        discs.add(disc(x, y, 5.2));
        addToAll(0.9, disc(x, y, 5.2));
        addToAll(0.8, disc(x + 0.8, y, 4.8)); // nearly the same
        addToAll(0.7, disc(x, y + 0.5, 4.2));
      }
    }
    assertEquals(discs, new HashSet<>(masks()));
    List<TiledObjects.Found> found = objects.joined();
    assertEquals(81, found.size());
    found.forEach(object -> assertEquals(0.9, object.score()));
  }

  @Test
  void touchingObjectsStayTwo() {
    // Along a border between tiles, across one, and in the middle of a tile.
    List<Rle> boxes =
        List.of(
            box(20, 10, 10, 8),
            box(30, 10, 10, 8),
            box(24, 60, 8, 10),
            box(24, 70, 8, 10),
            box(46, 48, 4, 4),
            box(50, 48, 4, 4));
    boxes.forEach(box -> addToAll(0.9, box));
    assertEquals(new HashSet<>(boxes), new HashSet<>(masks()));
    assertEquals(boxes.size(), masks().size());
  }

  @Test
  void anObjectLargerThanATileStaysOneWhateverPiecesOfItAreGuessedAt() {
    Rle large = disc(50, 50, 42);
    addToAll(0.8, large);
    addToAll(0.9, box(30, 20, 14, 30)); // some pieces surer than the whole
    add(4, 0.7, box(28, 28, 44, 20));
    add(0, 0.3, box(20, 30, 24, 14));
    assertEquals(List.of(large), masks());
  }

  @Test
  void aPieceThatItsTileSawTwiceIsDroppedWhereANeighbourSawTheObjectWhole() {
    Rle object = box(30, 10, 12, 12); // whole in tiles 0 and 1
    add(0, 0.6, object);
    add(1, 0.8, box(28, 10, 14, 12)); // reaches the left border of tile 1
    add(1, 0.9, box(28, 17, 9, 5)); // the surest of all, at the border too
    assertEquals(List.of(object), masks());
  }

  @Test
  void theScoreIsThatOfTheBestPartOfTheObjectNotThatOfADroppedGuess() {
    Rle object = box(30, 10, 12, 12);
    add(0, 0.6, object);
    add(1, 0.8, object);
    add(1, 0.95, box(28, 17, 8, 6)); // a piece
    assertEquals(List.of(0.8), objects.joined().stream().map(TiledObjects.Found::score).toList());
  }

  @Test
  void aCutObjectBesideALargerOneStaysUnlessHalfOfItLiesThere() {
    Rle whole = box(10, 10, 20, 20);
    add(0, 0.9, whole);
    Rle beside = box(25, 12, 19, 10); // ends at the tile's right border; 5 of 19 columns are in it
    add(0, 0.8, beside);
    assertEquals(List.of(whole, beside), masks());
  }

  @Test
  void aPieceIsNotDroppedForAGuessThatIsHardlyOne() {
    Rle object = box(30, 10, 14, 12);
    add(0, 0.9, object); // cut
    add(0, 0.06, box(10, 2, 33, 40)); // all of the tile's middle, more or less
    assertEquals(Set.of(object, box(10, 2, 33, 40)), new HashSet<>(masks()));
  }

  @Test
  void aSmallObjectInFrontOfALargeOneIsTwo() {
    Rle large = box(2, 2, 30, 30);
    Rle small = box(10, 10, 8, 8);
    add(0, 0.9, large);
    add(0, 0.9, small);
    assertEquals(Set.of(large, small), new HashSet<>(masks()));
  }

  @Test
  void anObjectThatATileShowsWholeIsKeptRatherThanASlightlySurerPiece() {
    Rle whole = box(20, 10, 20, 12);
    add(0, 0.8, whole);
    add(0, 0.9, box(24, 10, 20, 12)); // reaches the border; IoU 16 / 24
    assertEquals(List.of(whole), masks());
  }

  @Test
  void objectsOfDifferentClassesAreNoGuessesAtEachOther() {
    objects.add(0, 0, 0.9, TiledObjects.cut(box(5, 5, 20, 20), GRID.tile(0)));
    objects.add(0, 1, 0.8, TiledObjects.cut(box(5, 5, 20, 20), GRID.tile(0)));
    assertEquals(2, objects.joined().size());
  }

  @Test
  void randomDiscsWithSecondGuessesAndPiecesAreFoundOnceEach() {
    Random random = new Random(3);
    for (int round = 0; round < 10; round++) {
      TiledObjects all = new TiledObjects(GRID);
      List<Rle> discs = new ArrayList<>();
      for (int y = 10; y < SIDE - 5; y += 15) {
        for (int x = 10; x < SIDE - 5; x += 15) {
          double r = 5 + 2 * random.nextDouble();
          Rle disc = disc(x, y, r);
          discs.add(disc);
          for (int tile = 0; tile < GRID.count(); tile++) {
            Window window = GRID.tile(tile);
            all.add(tile, 0, 0.9, TiledObjects.cut(disc, window));
            for (int again = random.nextInt(3); again > 0; again--) {
              Rle guess = disc(x + random.nextGaussian() / 2, y, r - random.nextDouble());
              all.add(tile, 0, 0.5 + 0.3 * random.nextDouble(), TiledObjects.cut(guess, window));
            }
          }
        }
      }
      List<Rle> found =
          new ArrayList<>(all.joined().stream().map(TiledObjects.Found::mask).toList());
      Comparator<Rle> order = Comparator.comparing(Rle::toCompressedString);
      found.sort(order);
      discs.sort(order);
      assertEquals(discs, found, "round " + round);
    }
  }
}
