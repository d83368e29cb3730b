package org.maskwright.datasets.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Rectangle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pictures of few and of hundreds of objects, small and large: what labels and colours may do. */
class CrowdedPictureTest {
  private static final String[] NAMES = {"cell", "nucleus", "debris"};

  static Stream<Arguments> scenes() {
    return Stream.of(120, 500, 1200)
        .flatMap(side -> Stream.of(3, 30, 400).map(count -> Arguments.of(side, count)));
  }

  /** Discs that touch, of three classes, in a photograph of side x 3/4 side pixels. */
  private static final class Scene {
    final int width;
    final int height;
    final int[] numbers;
    final List<Region> regions = new ArrayList<>();
    final int[] colours;
    final PictureSize size;

    Scene(int side, int count) {
      width = side;
      height = side * 3 / 4;
      numbers = discs(count);
      List<RegionMask> masks = RegionMask.ofMap(numbers, count, width);
      for (int i = 0; i < count; i++) {
        int category = i % 9 == 8 ? 2 : i % 4 == 3 ? 1 : 0;
        String name = NAMES[category];
        regions.add(new Region(masks.get(i), category, true, name, name + " 0.93"));
      }
      colours = Shades.of(regions, Palette.DEFAULT, width, height);
      size = PictureSize.of(width, height, 512, 8192);
    }

    private int[] discs(int count) {
      Random random = new Random(count);
      int columns = (int) Math.ceil(Math.sqrt(count * 4 / 3.0));
      int rows = (count + columns - 1) / columns;
      double radius = 0.58 * Math.sqrt((double) width * height / (columns * rows));
      int[] out = new int[width * height];
      double[] nearest = new double[out.length];
      Arrays.fill(nearest, radius);
      for (int n = 1; n <= count; n++) {
        double x = ((n - 1) % columns + 0.3 + 0.4 * random.nextDouble()) * width / columns;
        double y =
            (Math.floorDiv(n - 1, columns) + 0.3 + 0.4 * random.nextDouble()) * height / rows;
        int reach = (int) Math.ceil(radius);
        for (int py = Math.max(0, (int) y - reach); py < Math.min(height, y + reach); py++) {
          for (int px = Math.max(0, (int) x - reach); px < Math.min(width, x + reach); px++) {
            double distance = Math.sqrt((px - x) * (px - x) + (py - y) * (py - y));
            if (distance < nearest[py * width + px]) {
              nearest[py * width + px] = distance;
              out[py * width + px] = n;
            }
          }
        }
      }
      return out;
    }

    List<LabelPlacer.Label> labels() {
      return LabelPlacer.labels(regions, colours, size);
    }
  }

  @ParameterizedTest
  @MethodSource("scenes")
  void noLabelCoversAnObjectThatIsSmallerThanIt(int side, int count) {
    Scene scene = new Scene(side, count);
    for (LabelPlacer.Label label : scene.labels()) {
      Rectangle covers = scene.size.inPhoto(label.place());
      for (Region region : scene.regions) {
        if (region.mask().area() < (long) covers.width * covers.height) {
          assertEquals(0, region.mask().covered(covers));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("scenes")
  void labelsLeaveMostOfEveryObjectVisible(int side, int count) {
    Scene scene = new Scene(side, count);
    for (Region region : scene.regions) {
      long covered =
          scene.labels().stream()
              .mapToLong(label -> region.mask().covered(scene.size.inPhoto(label.place())))
              .sum();
      assertTrue(covered <= 0.5 * region.mask().area(), covered + " of " + region);
    }
  }

  @ParameterizedTest
  @MethodSource("scenes")
  void labelsAreInsideThePictureAndApart(int side, int count) {
    Scene scene = new Scene(side, count);
    List<LabelPlacer.Label> labels = scene.labels();
    Rectangle picture = new Rectangle(scene.size.width(), scene.size.height());
    for (int i = 0; i < labels.size(); i++) {
      assertTrue(picture.contains(labels.get(i).place()));
      for (LabelPlacer.Label other : labels.subList(0, i)) {
        assertFalse(labels.get(i).place().intersects(other.place()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("scenes")
  void touchingObjectsOfOneClassHaveColoursThatDiffer(int side, int count) {
    Scene scene = new Scene(side, count);
    int met = 0;
    for (int y = 0; y < scene.height; y++) {
      for (int x = 1; x < scene.width; x++) {
        int a = scene.numbers[y * scene.width + x - 1];
        int b = scene.numbers[y * scene.width + x];
        if (a != b && a != 0 && b != 0 && category(scene, a) == category(scene, b)) {
          met++;
          double distance = Palette.distance(scene.colours[a - 1], scene.colours[b - 1]);
          assertTrue(distance > 0.05, "objects " + a + " and " + b + ": " + distance);
        }
      }
    }
    assertTrue(count < 30 || met > 0, "no objects touch: the test tests nothing");
  }

  private static int category(Scene scene, int number) {
    return scene.regions.get(number - 1).category();
  }

  @Test
  void fewLargeObjectsAllHaveTheirNames() {
    assertEquals(3, new Scene(500, 3).labels().size());
  }

  @Test
  void ofManyObjectsTheLargestHaveNames() {
    Scene scene = new Scene(1200, 30);
    List<LabelPlacer.Label> labels = scene.labels();
    assertTrue(!labels.isEmpty() && labels.size() < 30, labels.size() + " labels");
    assertEquals(
        scene.regions.get(Shades.largestFirst(scene.regions).get(0)), labels.get(0).region());
  }

  @Test
  void aSmallObjectAloneHasItsNameBesideIt() {
    int[] numbers = new int[200 * 100];
    numbers[50 * 200 + 90] = 1;
    RegionMask mask = RegionMask.ofMap(numbers, 1, 200).get(0);
    Region bird = new Region(mask, 0, true, "bird", "bird");
    PictureSize size = PictureSize.of(200, 100, 1, 8192);
    List<LabelPlacer.Label> labels = LabelPlacer.labels(List.of(bird), new int[1], size);
    assertEquals(1, labels.size());
    assertEquals(0, mask.covered(size.inPhoto(labels.get(0).place())));
  }

  @ParameterizedTest
  @MethodSource("scenes")
  void aLegendListsEveryClassThatIsShownWithItsNumberOfObjects(int side, int count) {
    Scene scene = new Scene(side, count);
    List<Legend.Entry> entries =
        Legend.entries(scene.regions, Palette.DEFAULT, (long) scene.width * scene.height);
    for (int category = 0; category < NAMES.length; category++) {
      int c = category;
      long objects =
          scene.regions.stream().filter(r -> r.category() == c && r.mask().area() > 0).count();
      assertEquals(
          objects,
          entries.stream()
              .filter(e -> e.name().equals(NAMES[c]))
              .mapToLong(e -> e.objects())
              .sum());
    }
    assertTrue(entries.stream().allMatch(e -> e.objects() > 0));
  }

  @Test
  void aLegendTellsTheShareOfWhatIsNoObject() {
    int[] numbers = new int[100];
    Arrays.fill(numbers, 0, 41, 1);
    numbers[99] = 2;
    List<RegionMask> masks = RegionMask.ofMap(numbers, 2, 10);
    List<Region> regions =
        List.of(
            new Region(masks.get(1), 3, false, "kerb", "kerb"),
            new Region(masks.get(0), 1, false, "road", "road"));
    List<Legend.Entry> entries = Legend.entries(regions, Palette.DEFAULT, 1000);
    assertEquals(List.of("road", "kerb"), entries.stream().map(Legend.Entry::name).toList());
    assertEquals("4 %", entries.get(0).amount());
    assertEquals("<1 %", entries.get(1).amount());
  }

  @Test
  void theLegendIsBelowThePhotographAndHidesNothingOfIt() {
    byte[] rgb = new byte[3 * 80 * 60];
    byte[] mask = new byte[80 * 60];
    mask[0] = 1;
    Overlay overlay = Overlay.on(rgb, 80, 60);
    Picture plain = overlay.plain();
    Picture named = overlay.instances(List.of(new OverlayInstance(mask, 0, "dot")));
    Picture nameless = overlay.instances(List.of(new OverlayInstance(mask, 0, "")));
    assertEquals(plain.height(), nameless.height());
    assertEquals(plain.width(), named.width());
    assertTrue(named.height() > plain.height());
    assertEquals(0xFFFFFF, named.at(named.width() - 1, named.height() - 1));
  }

  @Test
  void manyClassesTakeSeveralLinesOfTheLegend() {
    int[] ids = new int[300 * 40];
    Arrays.setAll(ids, i -> i % 300 / 10);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      names.add("a class with the number " + i);
    }
    Overlay overlay = Overlay.on(new byte[3 * ids.length], 300, 40).withMinLongSide(1);
    int few = overlay.semantic(ids, -1, names.subList(0, 1)).height();
    assertTrue(overlay.semantic(ids, -1, names).height() > few + 100);
  }

  @Test
  void linesAndLettersGrowWithThePictureAndLinesShrinkWithTheObjects() {
    PictureSize small = PictureSize.of(600, 450, 512, 8192);
    PictureSize large = PictureSize.of(4000, 3000, 512, 8192);
    assertTrue(large.text() > 2 * small.text() && large.text() < 4000 / 600.0 * small.text());
    List<Region> few = new Scene(500, 3).regions;
    List<Region> many = new Scene(500, 400).regions;
    PictureSize size = new Scene(500, 3).size;
    assertTrue(size.line(many) <= size.line(few));
    assertTrue(large.line(few) > small.line(few));
    assertNotEquals(0, size.line(List.of()));
  }
}
