package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.mask.Rle;

final class CommonClassesTest {
  private static final Map<String, String> AS_THEY_ARE = Map.of();

  /** One image of one pixel, with a segment of each class. */
  private record Tiny(String name, Categories categories) implements Dataset {
    static Tiny of(String name, Object... namesAndThings) {
      List<Category> list = new java.util.ArrayList<>();
      for (int i = 0; i < namesAndThings.length; i += 2) {
        list.add(
            Category.of(10 * i + 7, (String) namesAndThings[i], (Boolean) namesAndThings[i + 1]));
      }
      return new Tiny(name, Categories.of(list));
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public Set<Task> tasks() {
      return Set.of(Task.PANOPTIC);
    }

    @Override
    public SampleInfo info(int index) {
      return new SampleInfo(ImageId.of(1), Path.of("a.png"), 1, 1);
    }

    @Override
    public List<Segment> segments(int index) {
      return IntStream.range(0, categories.size())
          .mapToObj(
              k ->
                  new Segment(
                      k, false, k, new SegmentMask.Runs(Rle.ofBitmap(new byte[] {1}, 1, 1))))
          .toList();
    }

    @Override
    public List<Label> labels(int index) {
      return segments(index).stream().map(s -> new Label(s.category(), s.crowd())).toList();
    }

    @Override
    public RgbImage image(int index) {
      return new RgbImage(1, 1, new byte[3]);
    }
  }

  private static List<Integer> classes(Dataset dataset) {
    return dataset.segments(0).stream().map(Segment::category).toList();
  }

  @Test
  void oneDataSetIsItself() {
    Tiny one = Tiny.of("one", "cat", true, "sky", false);
    Categories common = CommonClasses.of(List.of(one), List.of(AS_THEY_ARE));
    assertSame(one.categories(), common);
    assertSame(one, CommonClasses.over(one, AS_THEY_ARE, common));
  }

  @Test
  void classesOfOneNameAreOneClass() {
    Tiny a = Tiny.of("a", "cat", true, "sky", false);
    Tiny b = Tiny.of("b", "dog", true, "cat", true);
    Categories common = CommonClasses.of(List.of(a, b), List.of(AS_THEY_ARE, AS_THEY_ARE));
    assertEquals(List.of("cat", "sky", "dog"), common.names());
    assertEquals(2, common.thingCount());
    Dataset over = CommonClasses.over(b, AS_THEY_ARE, common);
    assertEquals(List.of(2, 0), classes(over));
    assertEquals(List.of(2, 0), over.labels(0).stream().map(Dataset.Label::category).toList());
    assertEquals(List.of(2, 0), over.load(0).segments().stream().map(Segment::category).toList());
    assertEquals(common, over.categories());
  }

  @Test
  void namesOfASourceCanBeChangedAndTakenTogether() {
    Tiny a = Tiny.of("a", "vehicle", true);
    Tiny b = Tiny.of("b", "car", true, "truck", true, "road", false);
    Map<String, String> names = Map.of("car", "vehicle", "truck", "vehicle");
    Categories common = CommonClasses.of(List.of(a, b), List.of(AS_THEY_ARE, names));
    assertEquals(List.of("vehicle", "road"), common.names());
    assertEquals(List.of(0, 0, 1), classes(CommonClasses.over(b, names, common)));
  }

  @Test
  void thingsThatAreStuffElsewhereAreRefusedAllAtOnce() {
    Tiny a = Tiny.of("a", "tree", true, "sky", false, "rock", false);
    Tiny b = Tiny.of("b", "tree", false, "sky", false, "rock", true);
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () -> CommonClasses.of(List.of(a, b), List.of(AS_THEY_ARE, AS_THEY_ARE)));
    assertTrue(e.getMessage().contains("\"tree\" is a thing of a and stuff of b"), e.getMessage());
    assertTrue(e.getMessage().contains("\"rock\" is stuff of a and a thing of b"), e.getMessage());
    assertFalse(e.getMessage().contains("sky"), e.getMessage());
  }

  @Test
  void whatIsTakenForPixelsDoesNotSayWhatIsAThing() {
    Tiny pixels = Tiny.of("pixels", "tree", false, "sky", false);
    Tiny objects = Tiny.of("objects", "tree", true);
    List<Map<String, String>> names = List.of(AS_THEY_ARE, AS_THEY_ARE);
    Categories first = CommonClasses.of(List.of(pixels, objects), names, List.of(false, true));
    assertEquals(List.of("tree", "sky"), first.names());
    assertTrue(first.isThing(0));
    Categories second = CommonClasses.of(List.of(objects, pixels), names, List.of(true, false));
    assertTrue(second.isThing(0));
    assertThrows(
        DatasetException.class,
        () -> CommonClasses.of(List.of(pixels, objects), names, List.of(true, true)));
  }

  @Test
  void dataSetsWithoutACommonClassAreNamed() {
    Tiny a = Tiny.of("a", "cat", true);
    Tiny b = Tiny.of("b", "cell", true);
    Tiny c = Tiny.of("c", "kitten", true);
    List<Map<String, String>> names = List.of(AS_THEY_ARE, AS_THEY_ARE, Map.of("kitten", "cat"));
    assertEquals(List.of(b), CommonClasses.alone(List.of(a, b, c), names));
    assertEquals(List.of("cat", "cell"), CommonClasses.of(List.of(a, b, c), names).names());
    assertEquals(List.of(), CommonClasses.alone(List.of(a), List.of(AS_THEY_ARE)));
  }

  @Test
  void classesThatAreNotAmongTheCommonOnesAreRefused() {
    Tiny a = Tiny.of("a", "cat", true);
    assertThrows(
        IllegalArgumentException.class,
        () -> CommonClasses.over(a, AS_THEY_ARE, Categories.things("dog")));
  }

  @Test
  void aDataSetTellsItsOwnClassesApartAndThoseThatNoneHas() {
    Dataset cats = Tiny.of("cats", "cat", true, "sky", false);
    Dataset dogs = Tiny.of("dogs", "dog", true, "cat", true, "sea", false);
    List<Map<String, String>> names = List.of(AS_THEY_ARE, AS_THEY_ARE);
    Categories common = CommonClasses.of(List.of(cats, dogs), names); // cat, sky, dog, sea
    List<LabelSpace> told =
        CommonClasses.told(List.of(cats, dogs), names, List.of(false, false), common);
    assertEquals(List.of(true, true, false, false), has(told.get(0), 4));
    assertEquals(List.of(true, false, true, true), has(told.get(1), 4));
    List<LabelSpace> things =
        CommonClasses.told(List.of(cats, dogs), names, List.of(false, true), common);
    assertEquals(List.of(true, true, false, true), has(things.get(0), 4), "sea is no one's");
    assertEquals(List.of(true, false, true, true), has(things.get(1), 4));
    assertSame(
        LabelSpace.ALL,
        CommonClasses.told(List.of(cats), List.of(AS_THEY_ARE), List.of(true), cats.categories())
            .get(0));
  }

  private static List<Boolean> has(LabelSpace labels, int classes) {
    return IntStream.range(0, classes).mapToObj(labels::has).toList();
  }
}
