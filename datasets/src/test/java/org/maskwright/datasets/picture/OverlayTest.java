package org.maskwright.datasets.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.cityscapes.Cityscapes;
import org.maskwright.datasets.mask.Rle;

class OverlayTest {
  private static final int W = 64;
  private static final int H = 48;

  @Test
  void pixelsOutsideTheMasksStayAsTheyAre() {
    byte[] rgb = noise();
    byte[] mask = square(10, 12, 30, 40);
    Picture drawn = plainSize(rgb).instances(List.of(new OverlayInstance(mask, 3, "")));
    Picture before = Picture.ofRgb(rgb, W, H);
    for (int y = 0; y < H; y++) {
      for (int x = 0; x < W; x++) {
        if (mask[y * W + x] == 0) {
          assertEquals(before.at(x, y), drawn.at(x, y), "at " + x + "," + y);
        } else {
          assertNotEquals(before.at(x, y), drawn.at(x, y), "at " + x + "," + y);
        }
      }
    }
  }

  @Test
  void theEdgeOfTheTintIsTheEdgeOfTheMaskAlsoWhenEnlarged() {
    byte[] grey = new byte[3 * W * H];
    Arrays.fill(grey, (byte) 90);
    byte[] mask = square(10, 12, 30, 40);
    Picture drawn =
        Overlay.on(grey, W, H)
            .withMinLongSide(4 * W)
            .instances(List.of(new OverlayInstance(mask, 0, "")));
    assertEquals(4 * W, drawn.width());
    int y = 4 * 25;
    assertEquals(0x5A5A5A, drawn.at(4 * 10 - 1, y));
    assertNotEquals(0x5A5A5A, drawn.at(4 * 10, y));
    assertNotEquals(0x5A5A5A, drawn.at(4 * 30 - 1, y));
    assertEquals(0x5A5A5A, drawn.at(4 * 30, y));
  }

  @Test
  void voidAndIgnoredPixelsStayAsTheyAre() {
    byte[] rgb = noise();
    int[] ids = new int[W * H];
    Arrays.fill(ids, 255);
    assertArrayEquals(rgb, plainSize(rgb).semantic(ids, 255, List.of("road")).rgb());
    assertArrayEquals(rgb, plainSize(rgb).panoptic(ids, List.of()).rgb());
  }

  @Test
  void theSameInputGivesTheSameBytes() {
    byte[] rgb = noise();
    var instances =
        List.of(
            new OverlayInstance(square(2, 2, 20, 20), 1, "cat", 0.931),
            new OverlayInstance(square(10, 10, 40, 30), 1, "cat", 0.5));
    assertArrayEquals(
        Overlay.on(rgb, W, H).instances(instances).toPng(),
        Overlay.on(rgb, W, H).instances(instances).toPng());
  }

  @Test
  void pngHoldsThePixels() throws Exception {
    Picture drawn = Overlay.on(noise(), W, H).plain();
    var read = ImageIO.read(new ByteArrayInputStream(drawn.toPng()));
    assertEquals(drawn.width(), read.getWidth());
    for (int x = 0; x < drawn.width(); x += 7) {
      assertEquals(drawn.at(x, 11), read.getRGB(x, 11) & 0xFFFFFF);
    }
  }

  @Test
  void labelsCarryTheNameAndTwoDigitsOfTheScore() {
    assertEquals("cat 0.93", OverlaySegment.label("cat", 0.931));
    assertEquals("cat", OverlaySegment.label("cat", Double.NaN));
  }

  @Test
  void aLabelIsDrawn() {
    byte[] rgb = new byte[3 * W * H];
    var one = List.of(new OverlayInstance(square(0, 0, 6, 6), 1, "a very long class name", 0.9));
    Picture drawn = Overlay.on(rgb, W, H).instances(one);
    assertTrue(whitePixels(drawn) > 100, "the label's text is drawn");
  }

  @Test
  void categoriesKeepTheirOwnColours() {
    Palette city = Palette.of(Cityscapes.CATEGORIES);
    assertEquals(0x804080, city.category(0));
    assertEquals(0x770B20, city.category(18));
    assertEquals(Palette.DEFAULT.category(1), Palette.of(Categories.things("a", "b")).category(1));
  }

  @Test
  void manyColoursAreDistinct() {
    Set<Integer> colours = new HashSet<>();
    for (int i = 0; i < 150; i++) {
      colours.add(Palette.DEFAULT.category(i));
    }
    assertEquals(150, colours.size());
    Set<Integer> shades = new HashSet<>();
    for (int n = 0; n < 8; n++) {
      shades.add(Palette.DEFAULT.instance(4, n));
    }
    assertEquals(8, shades.size());
  }

  @Test
  void aPaletteOfTheDataSetGivesItsColours() {
    Palette palette = Palette.ofClasses(0x112233, 0x445566);
    assertEquals(0x445566, palette.category(1));
    assertEquals(0x445566, palette.instance(1, 0));
    assertEquals(Palette.DEFAULT.category(2), palette.category(2));
  }

  @Test
  void wrongSizesAreRefusedWithBothSizes() {
    var e =
        assertThrows(IllegalArgumentException.class, () -> Overlay.on(new byte[10], 2, 2).plain());
    assertTrue(e.getMessage().contains("3 x 2 x 2") && e.getMessage().contains("10"));
    byte[] mask = new byte[5];
    assertThrows(
        IllegalArgumentException.class,
        () -> Overlay.on(noise(), W, H).instances(List.of(new OverlayInstance(mask, 0, "x"))));
  }

  @Test
  void aRunLengthMaskDrawsWhatItsBitmapDraws() {
    byte[] mask = square(5, 9, 50, 20);
    var bitmap = new OverlayInstance(mask, 2, "dog", 0.7);
    var rle = new OverlayInstance(Rle.ofBitmap(mask, H, W), 2, "dog", 0.7);
    assertArrayEquals(
        plainSize(noise()).instances(List.of(bitmap)).rgb(),
        plainSize(noise()).instances(List.of(rle)).rgb());
  }

  @Test
  void aMaskOfRunsHasThePixelsOfItsBitmap() {
    byte[] mask = square(5, 9, 50, 20);
    mask[9 * W + 5] = 0;
    RegionMask bitmap = RegionMask.of(mask, W, H);
    RegionMask runs = RegionMask.of(Rle.ofBitmap(mask, H, W), W, H);
    assertEquals(45 * 11 - 1, runs.area());
    assertEquals(bitmap.area(), runs.area());
    assertEquals(bitmap.box(), runs.box());
    for (int i = 0; i < mask.length; i++) {
      assertEquals(mask[i] != 0, runs.at(i % W, i / W));
      assertEquals(mask[i] != 0, bitmap.at(i % W, i / W));
    }
  }

  @Test
  void aLargePhotographIsReducedAndItsSmallestObjectIsStillSeen() {
    byte[] grey = new byte[3 * W * H];
    Arrays.fill(grey, (byte) 90);
    byte[] dot = square(20, 20, 21, 21);
    Picture drawn =
        Overlay.on(grey, W, H)
            .withMinLongSide(1)
            .withMaxLongSide(W / 4)
            .instances(List.of(new OverlayInstance(dot, 0, "")));
    assertEquals(W / 4, drawn.width());
    assertEquals(H / 4, drawn.height());
    int changed = 0;
    for (int i = 0; i < drawn.width() * drawn.height(); i++) {
      changed += drawn.at(i % drawn.width(), i / drawn.width()) == 0x5A5A5A ? 0 : 1;
    }
    assertEquals(1, changed);
  }

  @Test
  void aReducedPhotographHasTheMeansOfItsPixels() {
    byte[] rgb = noise();
    Picture small = Overlay.on(rgb, W, H).withMinLongSide(1).withMaxLongSide(W / 2).plain();
    for (int channel = 0; channel < 3; channel++) {
      int sum = 0;
      for (int i : new int[] {0, 1, W, W + 1}) {
        sum += rgb[3 * i + channel] & 255;
      }
      assertEquals((sum + 2) / 4, small.at(0, 0) >> 8 * (2 - channel) & 255);
    }
  }

  @Test
  void anEmptyMaskDrawsNothing() {
    byte[] rgb = noise();
    var empty = List.of(new OverlayInstance(new byte[W * H], 0, "ghost", 0.9));
    assertArrayEquals(rgb, plainSize(rgb).instances(empty).rgb());
  }

  @Test
  void aGridHoldsAllPicturesUnchanged() {
    Picture a = Picture.ofRgb(noise(), W, H);
    Picture grid = new PictureGrid(2).title("title").add(a, "one").add(a, "two").add(a, "").draw();
    assertTrue(grid.width() >= 2 * W && grid.height() >= 2 * H);
    int found = 0;
    for (int y = 0; y + H <= grid.height(); y++) {
      for (int x = 0; x + W <= grid.width(); x++) {
        found += contains(grid, a, x, y) ? 1 : 0;
      }
    }
    assertEquals(3, found);
  }

  private static boolean contains(Picture grid, Picture a, int x0, int y0) {
    for (int y = 0; y < H; y++) {
      for (int x = 0; x < W; x++) {
        if (grid.at(x0 + x, y0 + y) != a.at(x, y)) {
          return false;
        }
      }
    }
    return true;
  }

  private static Overlay plainSize(byte[] rgb) {
    return Overlay.on(rgb, W, H).withMinLongSide(1);
  }

  private static int whitePixels(Picture p) {
    int n = 0;
    for (int y = 0; y < p.height(); y++) {
      for (int x = 0; x < p.width(); x++) {
        n += p.at(x, y) == 0xFFFFFF ? 1 : 0;
      }
    }
    return n;
  }

  private static byte[] noise() {
    byte[] rgb = new byte[3 * W * H];
    new Random(5).nextBytes(rgb);
    return rgb;
  }

  private static byte[] square(int x0, int y0, int x1, int y1) {
    byte[] mask = new byte[W * H];
    for (int y = y0; y < y1; y++) {
      Arrays.fill(mask, y * W + x0, y * W + x1, (byte) 1);
    }
    return mask;
  }
}
