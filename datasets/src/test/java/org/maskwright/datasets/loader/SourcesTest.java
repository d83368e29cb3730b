package org.maskwright.datasets.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.MemoryDataset;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.clip.Photographs;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.FixedSizeCrop;
import org.maskwright.datasets.transform.HorizontalFlip;
import org.maskwright.datasets.transform.ResizeScale;

/** Batches of several data sets. */
final class SourcesTest {
  private static final Augmentation LSJ = lsj(64);
  private static final Augmentation SMALL = lsj(32);

  private static Augmentation lsj(int size) {
    return new Augmentation(
        List.of(
            new HorizontalFlip(0.5),
            new ResizeScale(0.1, 2, size, size),
            new FixedSizeCrop(size, size)),
        Task.INSTANCE,
        Augmentation.EmptyMasks.DROP);
  }

  private static List<DataSource> sources() {
    return List.of(
        new DataSource(new MemoryDataset(5), LSJ),
        new DataSource(new MemoryDataset(3), SMALL),
        new DataSource(new MemoryDataset(2), SMALL));
  }

  private static Sampler sampler(String kind) {
    return kind.equals("mixed")
        ? Sampler.mixed(8, 3, List.of(2.0, 1.0, 1.0))
        : Sampler.bySource(
            8, List.of(new Sampler.Share(2, 3), new Sampler.Share(1, 2), new Sampler.Share(1, 1)));
  }

  private static List<Batch> take(
      List<DataSource> sources, Sampler sampler, int workers, LoaderState from, int count) {
    LoaderSettings settings = LoaderSettings.training(3, 42, workers);
    List<Batch> batches = new ArrayList<>();
    try (Loader loader = new Loader(sources, sampler, settings, from)) {
      for (int i = 0; i < count; i++) {
        batches.add(loader.next().orElseThrow());
      }
    }
    return batches;
  }

  private static void assertSame(List<Batch> expected, List<Batch> actual) {
    assertEquals(expected.size(), actual.size());
    for (int b = 0; b < expected.size(); b++) {
      assertEquals(expected.get(b).next(), actual.get(b).next());
      assertEquals(expected.get(b).sources(), actual.get(b).sources());
      for (int i = 0; i < expected.get(b).size(); i++) {
        TrainingExample e = expected.get(b).examples().get(i);
        TrainingExample a = actual.get(b).examples().get(i);
        assertEquals(e.imageId(), a.imageId());
        assertArrayEquals(bytes(e), bytes(a));
        assertEquals(e.masks(), a.masks());
      }
    }
  }

  @Test
  void oneDataSetIsTheListOfOne() {
    Dataset data = new MemoryDataset(7);
    List<Batch> plain = new ArrayList<>();
    try (Loader loader = new Loader(data, LSJ, LoaderSettings.training(3, 42, 2))) {
      for (int i = 0; i < 9; i++) {
        plain.add(loader.next().orElseThrow());
      }
    }
    List<DataSource> one = List.of(new DataSource(data, LSJ));
    assertSame(plain, take(one, Sampler.one(3), 1, LoaderState.START, 9));
    assertSame(plain, take(one, Sampler.mixed(1, 3, List.of(0.1)), 1, LoaderState.START, 9));
  }

  @ParameterizedTest
  @ValueSource(strings = {"by source", "mixed"})
  void theNumberOfThreadsChangesNothing(String kind) {
    assertSame(
        take(sources(), sampler(kind), 1, LoaderState.start(3), 20),
        take(sources(), sampler(kind), 4, LoaderState.start(3), 20));
  }

  @ParameterizedTest
  @ValueSource(strings = {"by source", "mixed"})
  void aLoaderResumedAnywhereGivesTheSameBatches(String kind) {
    List<Batch> all = take(sources(), sampler(kind), 2, LoaderState.start(3), 12);
    for (int k = 1; k < 12; k++) {
      assertSame(
          all.subList(k, 12), take(sources(), sampler(kind), 2, all.get(k - 1).next(), 12 - k));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"by source", "mixed"})
  void everySourceGivesEachOfItsImagesOnceInEachOfItsEpochs(String kind) {
    Map<Integer, List<ImageId>> streams = new HashMap<>();
    for (Batch batch : take(sources(), sampler(kind), 2, LoaderState.start(3), 40)) {
      for (int i = 0; i < batch.size(); i++) {
        streams
            .computeIfAbsent(batch.sources().get(i), s -> new ArrayList<>())
            .add(batch.examples().get(i).imageId());
      }
    }
    int[] sizes = {5, 3, 2};
    streams.forEach(
        (source, stream) -> {
          int size = sizes[source];
          for (int from = 0; from + size <= stream.size(); from += size) {
            assertEquals(size, new HashSet<>(stream.subList(from, from + size)).size());
          }
        });
    assertEquals(3, streams.size());
  }

  @Test
  void aBatchBySourceIsOfOneSourceWithItsSizeAndItsCrop() {
    for (Batch batch : take(sources(), sampler("by source"), 2, LoaderState.start(3), 30)) {
      assertEquals(1, new HashSet<>(batch.sources()).size());
      int source = batch.sources().get(0);
      assertEquals(3 - source, batch.size());
      assertEquals(source == 0 ? 64 : 32, batch.height());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"by source", "mixed"})
  void sourcesAreDrawnByTheirRatios(String kind) {
    Sampler sampler = sampler(kind);
    long[] drawn = new long[3];
    int draws = 0;
    for (int batch = 0; batch < 10_000; batch++) {
      int[] from = sampler.sources(batch);
      for (int s : kind.equals("mixed") ? from : Arrays.copyOf(from, 1)) {
        drawn[s]++;
        draws++;
      }
    }
    double[] expected = {0.5, 0.25, 0.25};
    for (int s = 0; s < 3; s++) {
      double sigma = Math.sqrt(draws * expected[s] * (1 - expected[s]));
      assertEquals(draws * expected[s], drawn[s], 3 * sigma, "source " + s);
    }
  }

  @Test
  void anEmptySourceIsNamedBeforeTheFirstBatch() {
    Dataset empty = DatasetView.where(new MemoryDataset(3), i -> false).named("nothing in it");
    List<DataSource> sources =
        List.of(new DataSource(new MemoryDataset(2), LSJ), new DataSource(empty, LSJ));
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () ->
                take(sources, Sampler.mixed(0, 1, List.of(1.0, 1.0)), 1, LoaderState.start(2), 1));
    assertTrue(e.getMessage().contains("nothing in it: no images"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void aRatioThatIsNoneIsRefused(double ratio) {
    assertThrows(IllegalArgumentException.class, () -> new Sampler.Share(ratio, 1));
  }

  @Test
  void aStateOfOtherSourcesIsRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> take(sources(), sampler("mixed"), 1, LoaderState.START, 1));
    assertTrue(e.getMessage().contains("of 1 sources, expected 3"), e.getMessage());
  }

  /** Image i shows the classes of {@code shown[i]}; nothing else is asked of it. */
  private record Labelled(List<List<Integer>> shown) implements Dataset {
    @Override
    public String name() {
      return "labelled";
    }

    @Override
    public int size() {
      return shown.size();
    }

    @Override
    public Categories categories() {
      return Categories.of(
          IntStream.range(0, 3)
              .mapToObj(c -> new Category(c + 1, "c" + c, true, OptionalInt.empty()))
              .toList());
    }

    @Override
    public Set<Task> tasks() {
      return Set.of(Task.INSTANCE);
    }

    @Override
    public List<Label> labels(int index) {
      return shown.get(index).stream().map(c -> new Label(c, false)).toList();
    }

    @Override
    public SampleInfo info(int index) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<Segment> segments(int index) {
      throw new UnsupportedOperationException();
    }

    @Override
    public RgbImage image(int index) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void imagesRepeatByTheirRarestClass() {
    List<Integer> common = List.of(0);
    List<List<Integer>> shown =
        List.of(
            common,
            List.of(0, 0, 1),
            List.of(0, 2),
            common,
            List.of(),
            List.of(0, 1, 2),
            common,
            common,
            common,
            common);
    RepeatFactors factors = RepeatFactors.of(new Labelled(shown), 0.8);
    double two = Math.sqrt(0.8 / 0.2); // classes 1 and 2 are on two of ten images each
    assertEquals(1, factors.factor(0)); // class 0 is on nine of ten
    assertEquals(two, factors.factor(1), 1e-15);
    assertEquals(two, factors.factor(5), 1e-15);
    assertEquals(1, factors.factor(4)); // nothing on it
  }

  @Test
  void thresholdsBeyondTheShareAreRefused() {
    for (double t : new double[] {0, -0.1, 1.1, Double.NaN}) {
      Dataset data = new Labelled(List.of(List.of(0)));
      assertThrows(IllegalArgumentException.class, () -> RepeatFactors.of(data, t));
    }
  }

  @Test
  void anEpochHasAnImageAsOftenAsItsFactorOnAverage() {
    List<List<Integer>> shown =
        IntStream.range(0, 40).mapToObj(i -> i < 2 ? List.of(0, 1) : List.of(0)).toList();
    RepeatFactors factors = RepeatFactors.of(new Labelled(shown), 0.3); // sqrt(0.3 / 0.05) = 2.449
    int epochs = 2000;
    long[] count = new long[40];
    for (int epoch = 0; epoch < epochs; epoch++) {
      EpochOrder order =
          EpochOrder.of(LoaderSettings.Order.SHUFFLED, 40, Optional.of(factors), 3, epoch);
      for (int i = 0; i < order.length(); i++) {
        count[order.index(i)]++;
      }
    }
    double rest = Math.sqrt(6) - 2;
    double sigma = Math.sqrt(epochs * rest * (1 - rest));
    assertEquals(epochs * Math.sqrt(6), count[0], 3 * sigma);
    assertEquals(epochs * Math.sqrt(6), count[1], 3 * sigma);
    assertEquals(epochs, count[2]);
  }

  @Test
  void anImageThatRepeatsIsAugmentedAnewAndResumesExactly() {
    Dataset data = new MemoryDataset(4);
    Optional<RepeatFactors> repeats =
        Optional.of(
            RepeatFactors.of(
                new Labelled(List.of(List.of(1), List.of(0), List.of(0), List.of(0))), 1));
    assertEquals(2, repeats.get().factor(0));
    List<DataSource> source =
        List.of(new DataSource(new Photographs(data, LSJ), repeats, LabelSpace.ALL));
    List<Batch> all = take(source, Sampler.one(3), 2, LoaderState.START, 8);
    List<TrainingExample> first =
        all.stream()
            .flatMap(b -> b.examples().stream())
            .filter(e -> e.imageId().equals(data.info(0).imageId()))
            .toList();
    assertTrue(first.size() >= 6, "came " + first.size() + " times in 24 images");
    assertFalse(Arrays.equals(bytes(first.get(0)), bytes(first.get(1))));
    for (int k = 1; k < 8; k++) {
      assertSame(all.subList(k, 8), take(source, Sampler.one(3), 1, all.get(k - 1).next(), 8 - k));
    }
  }

  private static byte[] bytes(TrainingExample example) {
    return ((PixelPlanes.Bytes) example.image()).values();
  }
}
