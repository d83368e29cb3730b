package org.maskwright.trainer.result;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import example.Plain;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Tiling;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.modelzoo.postprocess.PanopticMap;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.modelzoo.postprocess.SemanticMap;

/** What is joined from tiles against what the whole picture gives. */
class TiledImageTest {
  private static final ClassSpace THINGS =
      new ClassSpace(List.of(new ClassSpace.Entry("a", true), new ClassSpace.Entry("b", true)));

  /** Colours of the last two classes are regions of stuff. */
  private static final ClassSpace MIXED =
      new ClassSpace(
          List.of(
              new ClassSpace.Entry("a", true),
              new ClassSpace.Entry("b", true),
              new ClassSpace.Entry("grass", false),
              new ClassSpace.Entry("sky", false)));

  private static final InstanceKind INSTANCE = new InstanceKind();
  private static final PanopticKind PANOPTIC = new PanopticKind();
  private static final SemanticKind SEMANTIC = new SemanticKind();

  /** A picture to be painted on. */
  private static final class Paper {
    private final int width;
    private final int height;
    private final byte[] rgb;

    Paper(int width, int height) {
      this.width = width;
      this.height = height;
      this.rgb = new byte[3 * width * height];
    }

    Paper box(int x, int y, int w, int h, int colour) {
      for (int r = y; r < y + h; r++) {
        for (int c = x; c < x + w; c++) {
          set(c, r, colour);
        }
      }
      return this;
    }

    void set(int x, int y, int colour) {
      int at = 3 * (y * width + x);
      rgb[at] = (byte) (colour >> 16);
      rgb[at + 1] = (byte) (colour >> 8);
      rgb[at + 2] = (byte) colour;
    }

    boolean isFree(int x, int y, int radius) {
      for (int r = Math.max(0, y - radius); r <= Math.min(height - 1, y + radius); r++) {
        for (int c = Math.max(0, x - radius); c <= Math.min(width - 1, x + radius); c++) {
          int at = 3 * (r * width + c);
          if ((rgb[at] | rgb[at + 1] | rgb[at + 2]) != 0) {
            return false;
          }
        }
      }
      return true;
    }

    void disc(int x, int y, int radius, int colour) {
      for (int r = Math.max(0, y - radius); r <= Math.min(height - 1, y + radius); r++) {
        for (int c = Math.max(0, x - radius); c <= Math.min(width - 1, x + radius); c++) {
          if ((r - y) * (r - y) + (c - x) * (c - x) <= radius * radius) {
            set(c, r, colour);
          }
        }
      }
    }

    RgbImage picture() {
      return new RgbImage(width, height, rgb);
    }

    ColourModel model(ClassSpace classes) {
      return new ColourModel(picture(), classes);
    }
  }

  /** Class and runs of each instance; each once. */
  private static Map<String, Double> masks(InstanceSet set) {
    Map<String, Double> out = new HashMap<>();
    for (InstanceSet.Instance i : set.instances()) {
      if (i.mask().area() > 0) {
        String key = ColourModel.key(i.classIndex(), i.mask().counts());
        // A query's other class comes out too, with a small score; its better one is the object.
        out.merge(key, i.score(), Math::max);
      }
    }
    out.values().removeIf(score -> score < 0.5);
    return out;
  }

  private static void assertSame(InstanceSet whole, InstanceSet tiled) {
    Map<String, Double> expected = masks(whole);
    Map<String, Double> got = masks(tiled);
    assertEquals(expected.keySet(), got.keySet());
    expected.forEach((mask, score) -> assertEquals(score, got.get(mask), 1e-6));
    long objects = tiled.instances().stream().filter(i -> i.score() >= 0.5).count();
    assertEquals(expected.size(), objects, "no object twice");
  }

  /** Segments as sets of pixels, whatever their numbers. */
  private static void assertSame(PanopticMap whole, PanopticMap tiled) {
    assertEquals(whole.segments().size(), tiled.segments().size());
    Map<Integer, Integer> classOf = new HashMap<>();
    tiled.segments().forEach(s -> classOf.put(s.id(), s.classIndex()));
    Map<Integer, Integer> to = new HashMap<>();
    for (int i = 0; i < whole.ids().length; i++) {
      Integer known = to.putIfAbsent(whole.ids()[i], tiled.ids()[i]);
      assertTrue(known == null || known == tiled.ids()[i], "a segment in two");
    }
    assertEquals(to.size(), new HashSet<>(to.values()).size(), "two segments in one");
    for (PanopticMap.Segment s : whole.segments()) {
      assertEquals(s.classIndex(), classOf.get(to.get(s.id())));
    }
    if (to.containsKey(0)) {
      assertEquals(0, to.get(0));
    }
  }

  private static ColourModel scene(long seed, int side, int objects, int radius) {
    Random random = new Random(seed);
    Paper paper = new Paper(side, side);
    int placed = 0;
    for (int attempt = 0; placed < objects && attempt < 300 * objects; attempt++) {
      int r = 2 + random.nextInt(radius - 1);
      int x = random.nextInt(side);
      int y = random.nextInt(side);
      if (paper.isFree(x, y, r)) {
        paper.disc(x, y, r, ++placed);
      }
    }
    assertEquals(objects, placed);
    return paper.model(THINGS);
  }

  @Test
  void aPictureOfOneTileGivesTheSameToTheBit() {
    Random random = new Random(1);
    int queries = 9;
    float[] classLogits = new float[queries * 5];
    float[] maskLogits = new float[queries * 12 * 10];
    for (float[] logits : List.of(classLogits, maskLogits)) {
      for (int i = 0; i < logits.length; i++) {
        logits[i] = 3 * (float) random.nextGaussian();
      }
    }
    ImageOutputs outputs =
        new ImageOutputs(
            new QueryOutputs(classLogits, 4, maskLogits, 12, 10),
            new ImageFrame(48, 40, 45, 37, 60, 50));
    ResultContext context = ColourModel.context(MIXED, Set.of("semantic", "instance", "panoptic"));
    TileGrid grid = Tiling.of(60).of(new Size(50, 60));
    TiledImage tiled = new TiledImage(grid, List.of(SEMANTIC, INSTANCE, PANOPTIC), context);
    tiled.add(0, outputs);
    WholeImage whole = new WholeImage(outputs, context);
    assertArrayEquals(whole.of(SEMANTIC).value().labels(), tiled.of(SEMANTIC).value().labels());
    assertArrayEquals(whole.of(PANOPTIC).value().ids(), tiled.of(PANOPTIC).value().ids());
    List<InstanceSet.Instance> expected = whole.of(INSTANCE).value().instances();
    List<InstanceSet.Instance> got = tiled.of(INSTANCE).value().instances();
    assertEquals(expected.size(), got.size());
    for (int i = 0; i < got.size(); i++) {
      assertEquals(expected.get(i).score(), got.get(i).score());
      assertArrayEquals(expected.get(i).mask().counts(), got.get(i).mask().counts());
    }
  }

  @Test
  void anObjectAcrossTwoOrFourTilesComesOutOnceAsInTheWhole() {
    TileGrid grid = new Tiling(40, 8).of(new Size(72, 72));
    assertEquals(4, grid.count());
    int[][] boxes = {
      {28, 4, 20, 6}, // across two, beside each other
      {4, 20, 10, 40}, // across two, longer than both show together
      {20, 20, 30, 30}, // across four
      {33, 33, 5, 5}, // in the strip of four
      {0, 0, 72, 72}, // all
      {32, 0, 40, 10}, // whole in one, cut in the other
      {40, 50, 3, 3} // right of where the other tile ends
    };
    for (int[] box : boxes) {
      ColourModel model = new Paper(72, 72).box(box[0], box[1], box[2], box[3], 7).model(MIXED);
      assertEquals(1, masks(model.whole(INSTANCE)).size());
      assertSame(model.whole(INSTANCE), model.tiled(INSTANCE, grid));
      assertSame(model.whole(PANOPTIC), model.tiled(PANOPTIC, grid));
    }
  }

  @Test
  void anObjectThatComesBackIntoATileIsStillOne() {
    // A U, whose two arms are all that the lower tiles show of it.
    Paper paper = new Paper(72, 72).box(30, 10, 4, 50, 5).box(50, 10, 4, 50, 5);
    paper.box(30, 10, 24, 4, 5);
    ColourModel model = paper.model(THINGS);
    TileGrid grid = new Tiling(40, 8).of(new Size(72, 72));
    assertSame(model.whole(INSTANCE), model.tiled(INSTANCE, grid));
  }

  @Test
  void touchingObjectsOfOneClassStayTwo() {
    Paper paper = new Paper(72, 72).box(30, 20, 10, 10, 1).box(40, 20, 10, 10, 3);
    paper.box(30, 30, 10, 12, 5).box(40, 30, 10, 12, 7);
    ColourModel model = paper.model(THINGS);
    for (int overlap : new int[] {2, 8, 20}) {
      TileGrid grid = new Tiling(40, overlap).of(new Size(72, 72));
      assertEquals(4, masks(model.tiled(INSTANCE, grid)).size());
      assertSame(model.whole(INSTANCE), model.tiled(INSTANCE, grid));
    }
  }

  @Test
  void ofAThousandObjectsNoneIsLostAndNoneIsDoubled() {
    ColourModel model = scene(3, 560, 1000, 7);
    Set<String> expected = model.objects(1000);
    assertEquals(1000, expected.size());
    for (int[] tiling : new int[][] {{96, 16}, {70, 3}}) {
      TileGrid grid = new Tiling(tiling[0], tiling[1]).of(model.size());
      InstanceSet joined = model.tiled(INSTANCE, grid);
      assertEquals(expected, masks(joined).keySet());
      assertEquals(1000, joined.instances().stream().filter(i -> i.score() >= 0.5).count());
    }
  }

  @Test
  void objectsLargerThanTilesAndSmallOnesAreAsInTheWhole() {
    for (long seed = 0; seed < 20; seed++) {
      ColourModel model = scene(seed, 160, 12, 30);
      TileGrid grid = new Tiling(32 + (int) seed, 4 + (int) seed / 2).of(model.size());
      assertSame(model.whole(INSTANCE), model.tiled(INSTANCE, grid));
      assertSame(model.whole(PANOPTIC), model.tiled(PANOPTIC, grid));
    }
  }

  @Test
  void thingsAndStuffOfRandomScenesAreAsInTheWhole() {
    Random random = new Random(5);
    for (int round = 0; round < 20; round++) {
      Paper paper = new Paper(150, 120);
      paper.box(0, 0, 150, 60, 2).box(0, 60, 150, 60, 3); // grass and sky
      for (int i = 0; i < 15; i++) {
        int w = 3 + random.nextInt(40);
        int h = 3 + random.nextInt(40);
        int colour = 4 * (i + 1) + random.nextInt(2);
        paper.box(random.nextInt(150 - w), random.nextInt(120 - h), w, h, colour);
      }
      ColourModel model = paper.model(MIXED);
      TileGrid grid = new Tiling(64, 20).of(model.size());
      assertArrayEquals(model.whole(SEMANTIC).labels(), model.tiled(SEMANTIC, grid).labels());
      int stuff =
          (int) model.tiled(PANOPTIC, grid).segments().stream().filter(s -> !s.thing()).count();
      assertEquals(2, stuff, "one segment for each class of stuff");
    }
  }

  @Test
  void theOutputsOfATileGoWithIt() {
    ColourModel model = scene(3, 200, 40, 9);
    TileGrid grid = new Tiling(48, 8).of(model.size());
    TiledImage image =
        new TiledImage(
            grid,
            List.of(INSTANCE, SEMANTIC, PANOPTIC),
            ColourModel.context(THINGS, Set.of("instance", "semantic", "panoptic")));
    List<WeakReference<ImageOutputs>> given = new ArrayList<>();
    for (int i = 0; i < grid.count(); i++) {
      ImageOutputs outputs = model.outputs(grid.tile(i));
      given.add(new WeakReference<>(outputs));
      image.add(i, outputs);
    }
    System.gc();
    assertEquals(0, given.stream().filter(outputs -> outputs.get() != null).count());
    assertEquals(40, masks(image.of(INSTANCE).value()).size());
  }

  @Test
  void tilesThatShowAllThatTheyCanAreToldOf() {
    ColourModel model = scene(3, 200, 40, 9);
    TileGrid grid = new Tiling(100, 20).of(model.size());
    TiledImage image =
        new TiledImage(grid, List.of(INSTANCE), ColourModel.context(THINGS, Set.of("instance")));
    for (int i = 0; i < grid.count(); i++) {
      image.add(i, model.outputs(grid.tile(i))); // has no query left
    }
    String note = image.notes().get(0);
    assertTrue(note.startsWith(grid.count() + " of " + grid.count() + " tiles"), note);
    assertTrue(note.contains("smaller tiles"), note);
  }

  @Test
  void tilesComeInOrderAndAllOfThem() {
    ColourModel model = scene(3, 80, 3, 9);
    TileGrid grid = new Tiling(50, 20).of(model.size());
    TiledImage image =
        new TiledImage(grid, List.of(INSTANCE), ColourModel.context(THINGS, Set.of("instance")));
    image.add(0, model.outputs(grid.tile(0)));
    assertThrows(IllegalArgumentException.class, () -> image.add(2, model.outputs(grid.tile(2))));
    assertThrows(IllegalStateException.class, () -> image.of(INSTANCE));
  }

  @Test
  void aKindThatCannotBeJoinedIsRefusedByName() {
    TileGrid grid = new Tiling(50, 20).of(new Size(80, 80));
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new TiledImage(
                        grid,
                        List.of(new Plain("plain", "x")),
                        ColourModel.context(THINGS, Set.of("plain"))))
            .getMessage();
    assertTrue(message.contains("task plain") && message.contains("without tiles"), message);
  }

  @Test
  void asASmallerPictureEachKindHasTheNearestPixels() {
    ColourModel model = scene(3, 160, 12, 30);
    SemanticMap semantic = model.whole(SEMANTIC);
    int[] ids = model.whole(PANOPTIC).ids();
    Size small = new Size(50, 40);
    SemanticMap sampled = SEMANTIC.largePictures().orElseThrow().sampled(semantic, small);
    PanopticMap panoptic =
        PANOPTIC.largePictures().orElseThrow().sampled(model.whole(PANOPTIC), small);
    InstanceSet instances =
        INSTANCE.largePictures().orElseThrow().sampled(model.whole(INSTANCE), small);
    for (int y = 0; y < 40; y++) {
      for (int x = 0; x < 50; x++) {
        int at = (2 * y + 1) * 160 / 80 * 160 + (2 * x + 1) * 160 / 100;
        assertEquals(semantic.labels()[at], sampled.labels()[y * 50 + x]);
        assertEquals(ids[at], panoptic.ids()[y * 50 + x]);
      }
    }
    assertEquals(model.whole(INSTANCE).instances().size(), instances.instances().size());
    assertEquals(40, instances.instances().get(0).mask().height());
  }
}
