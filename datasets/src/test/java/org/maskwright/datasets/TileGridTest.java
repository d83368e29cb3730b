package org.maskwright.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TileGridTest {
  @Test
  void theFewestTilesCoverThePictureAndNeighboursOverlapByWhatIsAskedFor() {
    Random random = new Random(1);
    for (int round = 0; round < 2000; round++) {
      int size = 32 + random.nextInt(60);
      Tiling tiling = new Tiling(size, 1 + random.nextInt(size / 2));
      Size picture = new Size(1 + random.nextInt(400), 1 + random.nextInt(400));
      TileGrid grid = tiling.of(picture);
      for (int i = 0; i < grid.count(); i++) {
        Window tile = grid.tile(i);
        assertEquals(Math.min(size, picture.width()), tile.width());
        assertEquals(Math.min(size, picture.height()), tile.height());
        assertTrue(tile.right() <= picture.width() && tile.bottom() <= picture.height());
        if (i % grid.columns() > 0) {
          assertTrue(grid.tile(i - 1).right() - tile.x() >= tiling.overlap());
        }
        if (i >= grid.columns()) {
          assertTrue(grid.tile(i - grid.columns()).bottom() - tile.y() >= tiling.overlap());
        }
      }
      assertEquals(picture.width(), grid.tile(grid.count() - 1).right());
      assertEquals(picture.height(), grid.tile(grid.count() - 1).bottom());
      int reach = (grid.columns() - 1) * (size - tiling.overlap()) + tiling.overlap();
      assertTrue(grid.columns() == 1 || reach < picture.width(), "one column fewer would do");
    }
  }

  @Test
  void coresShareThePictureAndLieInTheirTiles() {
    Random random = new Random(2);
    for (int round = 0; round < 300; round++) {
      Size picture = new Size(1 + random.nextInt(200), 1 + random.nextInt(200));
      TileGrid grid = new Tiling(32, 1 + random.nextInt(16)).of(picture);
      int[] covered = new int[picture.width() * picture.height()];
      for (int i = 0; i < grid.count(); i++) {
        Window core = grid.core(i);
        assertEquals(core, core.intersection(grid.tile(i)));
        for (int y = core.y(); y < core.bottom(); y++) {
          for (int x = core.x(); x < core.right(); x++) {
            covered[y * picture.width() + x]++;
          }
        }
      }
      assertTrue(IntStream.of(covered).allMatch(n -> n == 1));
    }
  }

  @Test
  void theTilesThatMeetAWindowAreThoseWithACommonPixel() {
    Random random = new Random(3);
    for (int round = 0; round < 1000; round++) {
      Size picture = new Size(20 + random.nextInt(200), 20 + random.nextInt(200));
      TileGrid grid = new Tiling(32, 1 + random.nextInt(16)).of(picture);
      int x = random.nextInt(picture.width());
      int y = random.nextInt(picture.height());
      Window window =
          new Window(
              x,
              y,
              1 + random.nextInt(picture.width() - x),
              1 + random.nextInt(picture.height() - y));
      List<Integer> expected =
          IntStream.range(0, grid.count()).filter(i -> grid.tile(i).meets(window)).boxed().toList();
      assertEquals(expected, grid.meeting(window));
    }
  }

  @Test
  void aPictureNoLargerThanATileIsOneTile() {
    for (Size picture : List.of(new Size(64, 64), new Size(1, 64), new Size(63, 20))) {
      TileGrid grid = Tiling.of(64).of(picture);
      assertEquals(1, grid.count());
      assertEquals(Window.of(picture), grid.tile(0));
      assertEquals(Window.of(picture), grid.core(0));
    }
    assertEquals(2, Tiling.of(64).of(new Size(65, 64)).count());
  }

  @Test
  void whatCannotBeATilingSaysWhatCan() {
    String small = refused(31, 4);
    assertTrue(small.contains("at least 32") && small.contains("31"), small);
    String wide = refused(64, 33);
    assertTrue(wide.contains("1 to 32") && wide.contains("33"), wide);
    assertTrue(refused(64, 0).contains("got 0"));
  }

  private static String refused(int size, int overlap) {
    return assertThrows(IllegalArgumentException.class, () -> new Tiling(size, overlap))
        .getMessage();
  }
}
