package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.ClassFold.Benchmark;
import org.maskwright.datasets.mask.Rle;

class ClassFoldTest {
  /** Image i shows class i and the next one, each a pixel; a class of background before them. */
  private record Neighbours(Categories categories, boolean background) implements Dataset {
    static Neighbours of(int classes, boolean background) {
      List<Category> list = new ArrayList<>();
      for (int k = background ? -1 : 0; k < classes; k++) {
        list.add(Category.of(k + 1, k < 0 ? "background" : "class " + k, k >= 0));
      }
      return new Neighbours(Categories.of(list), background);
    }

    private int first() {
      return background ? 1 : 0;
    }

    @Override
    public String name() {
      return "neighbours";
    }

    @Override
    public int size() {
      return categories.size() - first();
    }

    @Override
    public Set<Task> tasks() {
      return Set.of(Task.SEMANTIC);
    }

    @Override
    public SampleInfo info(int index) {
      return new SampleInfo(ImageId.of(index), Path.of(index + ".png"), 3, 1);
    }

    @Override
    public List<Segment> segments(int index) {
      List<Segment> out = new ArrayList<>();
      out.add(pixel(first() + index, 0));
      out.add(pixel(first() + (index + 1) % size(), 1));
      if (background) {
        out.add(pixel(0, 2));
      }
      return out;
    }

    private static Segment pixel(int category, int x) {
      byte[] bits = new byte[3];
      bits[x] = 1;
      return new Segment(category, false, x + 1, new SegmentMask.Runs(Rle.ofBitmap(bits, 1, 3)));
    }

    @Override
    public RgbImage image(int index) {
      return new RgbImage(3, 1, new byte[9]);
    }
  }

  /** The classes that are annotated somewhere, as numbers of the benchmark. */
  private static Set<Integer> classes(Dataset dataset, int first) {
    Set<Integer> out = new TreeSet<>();
    for (int i = 0; i < dataset.size(); i++) {
      dataset.segments(i).forEach(s -> out.add(s.category() - first));
    }
    out.remove(-first);
    return out;
  }

  @Test
  void theFoldsOfABenchmarkHoldOutEachClassOnceAndTrainOnAllOthers() {
    for (Benchmark benchmark : Benchmark.values()) {
      Dataset all = Neighbours.of(benchmark.size(), true);
      Set<Integer> held = new TreeSet<>();
      for (int fold = 0; fold < 4; fold++) {
        ClassFold of = new ClassFold(benchmark, fold);
        Set<Integer> evaluated = classes(of.evaluated(all), 1);
        Set<Integer> trained = classes(of.trained(all), 1);
        evaluated.remove(-1);
        trained.remove(-1);
        assertEquals(benchmark.size() / 4, evaluated.size());
        assertTrue(evaluated.stream().noneMatch(trained::contains));
        assertEquals(benchmark.size() * 3 / 4, trained.size());
        held.addAll(evaluated);
      }
      assertEquals(benchmark.size(), held.size());
    }
  }

  @Test
  void theClassesAreThoseOfTheField() {
    Dataset voc = Neighbours.of(20, true);
    Set<Integer> second = classes(new ClassFold(Benchmark.PASCAL_5I, 1).evaluated(voc), 1);
    second.remove(-1);
    assertEquals(Set.of(5, 6, 7, 8, 9), second);
    Dataset coco = Neighbours.of(80, false);
    Set<Integer> every = classes(new ClassFold(Benchmark.COCO_20I, 3).evaluated(coco), 0);
    assertEquals(IntStream.range(0, 20).map(v -> 3 + 4 * v).boxed().toList(), List.copyOf(every));
  }

  @Test
  void whatIsNotOfTheFoldIsBackgroundAndTheNumbersOfClassesStay() {
    Dataset all = Neighbours.of(20, true);
    Dataset part = new ClassFold(Benchmark.PASCAL_5I, 0).evaluated(all);
    assertEquals(all.categories(), part.categories());
    assertEquals(6, part.size()); // images 0 to 4, and the last, whose neighbour is class 0
    assertEquals(List.of(0, 1, 0), categories(part.segments(5)));
    assertEquals(List.of(0, 1, 0), categories(part.load(5).segments()));
    assertEquals(Set.of(0, 1), part.classes(5));
  }

  @Test
  void withoutAClassOfBackgroundItIsOfNoClass() {
    Dataset part = new ClassFold(Benchmark.PASCAL_5I, 0).evaluated(Neighbours.of(20, false));
    assertEquals(List.of(0), categories(part.segments(5)));
    assertEquals(Set.of(0), part.classes(5));
  }

  @Test
  void theBackgroundCanBeLeftOut() {
    Dataset all = Neighbours.of(3, true);
    Dataset objects = SomeClasses.withoutBackground(all);
    assertEquals(3, objects.size());
    assertEquals(List.of(1, 2), categories(objects.segments(0)));
    assertEquals(
        List.of(List.of(), List.of(0, 2), List.of(0, 1), List.of(1, 2)), objects.showing());
  }

  @Test
  void otherClassesThanTheBenchmarksAndNoSuchFoldAreRefused() {
    ClassFold fold = new ClassFold(Benchmark.COCO_20I, 0);
    String message =
        assertThrows(DatasetException.class, () -> fold.trained(Neighbours.of(20, true)))
            .getMessage();
    assertTrue(message.contains("expected the 80 classes"), message);
    assertThrows(IllegalArgumentException.class, () -> new ClassFold(Benchmark.COCO_20I, 4));
  }

  private static List<Integer> categories(List<Segment> segments) {
    return segments.stream().map(Segment::category).toList();
  }
}
