package org.maskwright.datasets.tiles;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.catalog.DatasetStats;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;

/** Tiles against the images that they are cut from. */
class TiledDatasetTest {
  /** Random images with a segment of each kind of mask in turn, one of them a crowd. */
  private static final class Images implements Dataset {
    private final List<Size> sizes;
    private final int longest;
    private final AtomicInteger decoded = new AtomicInteger();

    Images(int longest, Size... sizes) {
      this.longest = longest;
      this.sizes = List.of(sizes);
    }

    @Override
    public String name() {
      return "images";
    }

    @Override
    public int size() {
      return sizes.size();
    }

    @Override
    public Categories categories() {
      return Categories.things("a", "b");
    }

    @Override
    public Set<Task> tasks() {
      return Set.of(Task.INSTANCE);
    }

    @Override
    public SampleInfo info(int index) {
      Size size = sizes.get(index);
      return new SampleInfo(
          ImageId.of(index + 7), Path.of("nowhere", index + ".png"), size.width(), size.height());
    }

    @Override
    public List<Segment> segments(int index) {
      Size size = sizes.get(index);
      Random random = new Random(index);
      List<Segment> out = new ArrayList<>();
      int[] labels = new int[size.width() * size.height()];
      LabelMap map = new LabelMap(size.height(), size.width(), labels);
      for (int i = 0; i < 9; i++) {
        int w = 1 + random.nextInt(Math.min(longest, size.width()));
        int h = 1 + random.nextInt(Math.min(longest, size.height()));
        int x = random.nextInt(size.width() - w + 1);
        int y = random.nextInt(size.height() - h + 1);
        double[] ring = {x, y, x + w, y + 0.3 * h, x + 0.8 * w, y + h, x + 0.1, y + 0.9 * h};
        SegmentMask mask = new SegmentMask.Polygons(List.of(ring));
        if (i % 3 == 1) {
          mask = new SegmentMask.Runs(Polygons.toRle(ring, size.height(), size.width()));
        } else if (i % 3 == 2) {
          Polygons.toRle(ring, size.height(), size.width()).paint(labels, 100 + i);
          mask = new SegmentMask.Labelled(map, 100 + i);
        }
        out.add(new Segment(i % 2, i == 4, i, mask));
      }
      return out;
    }

    @Override
    public RgbImage image(int index) {
      decoded.incrementAndGet();
      Size size = sizes.get(index);
      byte[] rgb = new byte[3 * size.width() * size.height()];
      new Random(index).nextBytes(rgb);
      return new RgbImage(size.width(), size.height(), rgb);
    }
  }

  private static final Size[] SIZES = {new Size(150, 90), new Size(64, 64), new Size(70, 200)};

  private static Rle rle(SegmentMask mask, Size size) {
    if (mask instanceof SegmentMask.Polygons polygons) {
      return Polygons.toRle(polygons.rings(), size.height(), size.width());
    }
    if (mask instanceof SegmentMask.Runs runs) {
      return runs.rle();
    }
    SegmentMask.Labelled labelled = (SegmentMask.Labelled) mask;
    return Rle.ofLabel(labelled.map().labels(), size.height(), size.width(), labelled.id());
  }

  @Test
  void eachTileHasThePixelsAndTheSegmentsOfItsWindow() {
    Images images = new Images(60, SIZES);
    Tiling tiling = new Tiling(64, 20);
    TiledDataset tiles = TiledDataset.forTraining(images, tiling);
    int next = 0;
    for (int i = 0; i < images.size(); i++) {
      Size size = SIZES[i];
      List<Segment> whole = images.segments(i);
      RgbImage picture = images.image(i);
      TileGrid grid = tiling.of(size);
      assertEquals(next, tiles.firstTile(i));
      for (int t = 0; t < grid.count(); t++, next++) {
        Window window = grid.tile(t);
        assertEquals(i, tiles.imageOf(next));
        Sample sample = tiles.load(next);
        assertArrayEquals(picture.part(window).data(), sample.image().shown().data());
        List<String> expected = new ArrayList<>();
        for (Segment s : whole) {
          Rle cut =
              rle(s.mask(), size).cut(window.x(), window.y(), window.height(), window.width());
          if (cut.area() > 0) {
            expected.add(s.id() + " " + s.category() + " " + s.crowd() + " " + cut);
          }
        }
        Size tile = new Size(window.width(), window.height());
        assertEquals(
            expected,
            sample.segments().stream()
                .map(s -> s.id() + " " + s.category() + " " + s.crowd() + " " + rle(s.mask(), tile))
                .toList());
        assertEquals(
            sample.segments().stream()
                .map(s -> new Dataset.Label(s.category(), s.crowd()))
                .toList(),
            tiles.labels(next));
      }
    }
    assertEquals(next, tiles.size());
  }

  @Test
  void everyTileHasAnIdOfItsOwnAndAnImageOfOneTileItsOwn() {
    TiledDataset tiles = TiledDataset.forPrediction(new Images(60, SIZES), new Tiling(64, 20));
    Set<ImageId> ids = new HashSet<>();
    IntStream.range(0, tiles.size()).forEach(t -> ids.add(tiles.info(t).imageId()));
    assertEquals(tiles.size(), ids.size());
    assertEquals("7@0,0", tiles.info(0).imageId().toString());
    assertTrue(ids.contains(ImageId.of(8)), "the image of 64 x 64");
    assertEquals(64, tiles.info(0).width());
  }

  @Test
  void whatThereIsToTrainOnIsWhatTheTilesShow() {
    TiledDataset tiles =
        TiledDataset.forTraining(new Images(25, new Size(300, 280)), new Tiling(32, 4));
    int empty = 0;
    for (int t = 0; t < tiles.size(); t++) {
      boolean any = tiles.segments(t).stream().anyMatch(s -> !s.crowd());
      assertEquals(any, tiles.hasTargets(t));
      empty += any ? 0 : 1;
    }
    assertTrue(empty > 0, "nothing to tell them apart by");
    DatasetStats stats = DatasetStats.of(tiles);
    assertEquals(tiles.size(), stats.images());
    assertEquals(
        IntStream.range(0, tiles.size()).map(t -> tiles.segments(t).size()).sum(),
        stats.segments());
    assertEquals(stats, DatasetStats.quick(tiles));
  }

  @Test
  void tilesSmallerThanTheObjectsAreToldOf() {
    List<String> large =
        TiledDataset.forTraining(new Images(200, new Size(400, 400)), new Tiling(32, 4)).notes();
    String warning = large.get(large.size() - 1);
    assertTrue(warning.contains("32 pixels are too small"), warning);
    assertTrue(warning.contains("data.source.tiles.size"), warning);
    List<String> small =
        TiledDataset.forTraining(new Images(20, new Size(400, 400)), new Tiling(128, 32)).notes();
    assertTrue(small.get(0).startsWith("1 images in 16 tiles of 128 x 128"), small.get(0));
    assertFalse(small.stream().anyMatch(note -> note.contains("too small")), small::toString);
    // Half a tile of overlap shows each object in part in many tiles, and whole in one.
    List<String> overlapping =
        TiledDataset.forTraining(new Images(20, new Size(400, 400)), new Tiling(48, 24)).notes();
    assertEquals(1, overlapping.size(), overlapping::toString);
  }

  @Test
  void aPhotographIsDecodedOnceForAllItsTilesInARow() {
    Images images = new Images(60, new Size(300, 300));
    TiledDataset tiles = TiledDataset.forPrediction(images, new Tiling(64, 20));
    for (int t = 0; t < tiles.size(); t++) {
      tiles.image(t);
    }
    assertEquals(1, images.decoded.get());
  }
}
