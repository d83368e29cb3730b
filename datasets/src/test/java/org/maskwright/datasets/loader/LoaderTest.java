package org.maskwright.datasets.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MemoryDataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.FixedSizeCrop;
import org.maskwright.datasets.transform.HorizontalFlip;
import org.maskwright.datasets.transform.ResizeScale;

final class LoaderTest {
  private static final Augmentation LSJ =
      new Augmentation(
          List.of(
              new HorizontalFlip(0.5), new ResizeScale(0.1, 2, 64, 64), new FixedSizeCrop(64, 64)),
          Task.INSTANCE,
          Augmentation.EmptyMasks.DROP);

  private static List<Batch> take(
      Dataset dataset, LoaderSettings settings, LoaderState from, int count) {
    List<Batch> batches = new ArrayList<>();
    try (Loader loader = new Loader(dataset, LSJ, settings, from)) {
      for (int i = 0; i < count; i++) {
        Optional<Batch> batch = loader.next();
        batch.ifPresent(batches::add);
      }
    }
    return batches;
  }

  private static void assertSame(List<Batch> expected, List<Batch> actual) {
    assertEquals(expected.size(), actual.size());
    for (int b = 0; b < expected.size(); b++) {
      assertEquals(expected.get(b).next(), actual.get(b).next());
      for (int i = 0; i < expected.get(b).size(); i++) {
        TrainingExample e = expected.get(b).examples().get(i);
        TrainingExample a = actual.get(b).examples().get(i);
        assertEquals(e.imageId(), a.imageId());
        assertArrayEquals(bytes(e), bytes(a));
        assertArrayEquals(e.classes(), a.classes());
        assertEquals(e.masks(), a.masks());
      }
    }
  }

  @Test
  void batchesDoNotDependOnTheNumberOfThreads() {
    Dataset dataset = new MemoryDataset(11);
    assertSame(
        take(dataset, LoaderSettings.training(4, 42, 1), LoaderState.START, 9),
        take(dataset, LoaderSettings.training(4, 42, 5), LoaderState.START, 9));
  }

  private static List<Batch> shares(Dataset data, int batchSize, int size, LoaderState from) {
    List<Batch> whole = new ArrayList<>();
    List<Loader> loaders = new ArrayList<>();
    try {
      for (int rank = 0; rank < size; rank++) {
        loaders.add(
            new Loader(
                List.of(new DataSource(data, LSJ)),
                Sampler.one(batchSize),
                LoaderSettings.training(2, 42, 2),
                from,
                new Share(rank, size)));
      }
      for (int b = 0; b < 6; b++) {
        List<TrainingExample> examples = new ArrayList<>();
        LoaderState next = null;
        for (Loader loader : loaders) {
          Batch share = loader.next().orElseThrow();
          assertEquals(examples.size(), share.first());
          assertEquals(batchSize, share.whole());
          examples.addAll(share.examples());
          next = share.next();
          assertEquals(next, loader.state());
        }
        whole.add(new Batch(examples, next));
      }
    } finally {
      loaders.forEach(Loader::close);
    }
    return whole;
  }

  @Test
  void theSharesOfProcessesAreTheBatchesOfOneAlsoWhenTheirNumberChanges() {
    Dataset data = new MemoryDataset(11);
    List<Batch> alone = take(data, LoaderSettings.training(5, 42, 1), LoaderState.START, 12);
    for (int size : new int[] {1, 2, 3, 5}) {
      List<Batch> first = shares(data, 5, size, LoaderState.START);
      assertSame(alone.subList(0, 6), first);
      assertSame(alone.subList(6, 12), shares(data, 5, 6 - size, first.get(5).next()));
    }
  }

  @Test
  void anEpochOfProcessesHasEachImageOnce() {
    Dataset data = new MemoryDataset(12);
    Set<ImageId> seen = new HashSet<>();
    for (Batch batch : shares(data, 4, 2, LoaderState.START).subList(0, 3)) {
      batch.examples().forEach(e -> assertTrue(seen.add(e.imageId()), "seen twice"));
    }
    assertEquals(12, seen.size());
  }

  @Test
  void aLoaderResumedAnywhereGivesTheSameBatches() {
    Dataset dataset = new MemoryDataset(7);
    LoaderSettings settings = LoaderSettings.training(3, 1, 2);
    List<Batch> all = take(dataset, settings, LoaderState.START, 8);
    for (int k = 1; k < 8; k++) {
      assertSame(all.subList(k, 8), take(dataset, settings, all.get(k - 1).next(), 8 - k));
    }
  }

  @Test
  void eachEpochHasEachImageOnceInAnotherOrder() {
    Dataset dataset = new MemoryDataset(12);
    List<ImageId> stream = new ArrayList<>();
    for (Batch batch : take(dataset, LoaderSettings.training(5, 9, 2), LoaderState.START, 12)) {
      batch.examples().forEach(e -> stream.add(e.imageId()));
    }
    Set<List<ImageId>> orders = new HashSet<>();
    for (int epoch = 0; epoch < 5; epoch++) {
      List<ImageId> order = stream.subList(12 * epoch, 12 * epoch + 12);
      assertEquals(12, new HashSet<>(order).size());
      orders.add(List.copyOf(order));
    }
    assertEquals(5, orders.size());
  }

  @Test
  void anotherSeedGivesAnotherStream() {
    Dataset dataset = new MemoryDataset(12);
    List<List<ImageId>> orders = new ArrayList<>();
    for (long seed = 0; seed < 3; seed++) {
      orders.add(
          take(dataset, LoaderSettings.training(12, seed, 2), LoaderState.START, 1)
              .get(0)
              .examples()
              .stream()
              .map(TrainingExample::imageId)
              .toList());
    }
    assertEquals(3, new HashSet<>(orders).size());
  }

  @Test
  void aSequentialPassEndsAfterTheLastImage() {
    Dataset dataset = new MemoryDataset(7);
    List<Batch> batches = take(dataset, LoaderSettings.evaluation(3, 2), LoaderState.START, 10);
    assertEquals(List.of(3, 3, 1), batches.stream().map(Batch::size).toList());
    assertEquals(
        List.of("0", "1", "2", "3", "4", "5", "6"),
        batches.stream()
            .flatMap(b -> b.examples().stream())
            .map(e -> e.imageId().toString())
            .toList());
  }

  @Test
  void aBrokenFileStopsWithItsPath() {
    Dataset dataset = new MemoryDataset(6, 4);
    try (Loader loader = new Loader(dataset, LSJ, LoaderSettings.evaluation(3, 2))) {
      loader.next();
      DatasetException e = assertThrows(DatasetException.class, loader::next);
      assertTrue(e.getMessage().contains("4.png"), e.getMessage());
      assertEquals("4", e.imageId().orElseThrow());
    }
  }

  @Test
  void brokenFilesAreSkippedAndCountedIfAskedFor() {
    Dataset dataset = new MemoryDataset(6, 1, 4);
    LoaderSettings settings = LoaderSettings.evaluation(3, 2).with(LoaderSettings.BrokenFiles.SKIP);
    try (Loader loader = new Loader(dataset, LSJ, settings)) {
      assertEquals(3, loader.next().orElseThrow().size());
      assertEquals(1, loader.next().orElseThrow().size());
      assertTrue(loader.next().isEmpty());
      assertEquals(2, loader.skipped().size());
      assertTrue(loader.skipped().get(0).contains("1.png"));
    }
  }

  @Test
  void aDataSetOfBrokenFilesOnlyIsAnErrorNotAnEndlessLoop() {
    Dataset dataset = new MemoryDataset(2, 0, 1);
    LoaderSettings settings =
        LoaderSettings.training(2, 0, 1).with(LoaderSettings.BrokenFiles.SKIP);
    try (Loader loader = new Loader(dataset, LSJ, settings)) {
      assertThrows(DatasetException.class, loader::next);
    }
  }

  @Test
  void aFailedBatchLeavesTheStateAfterTheLastOne() {
    Dataset dataset = new MemoryDataset(6, 4);
    try (Loader loader = new Loader(dataset, LSJ, LoaderSettings.evaluation(3, 2))) {
      LoaderState after = loader.next().orElseThrow().next();
      assertThrows(DatasetException.class, loader::next);
      assertEquals(after, loader.state());
      assertClosed(assertThrows(IllegalStateException.class, loader::next));
    }
  }

  /** No image is there before {@code atOnce} of them are asked for. */
  private static Dataset waitingForEachOther(int size, int atOnce) {
    CountDownLatch loading = new CountDownLatch(atOnce);
    return new MemoryDataset(
        size,
        index -> {
          loading.countDown();
          try {
            if (!loading.await(20, TimeUnit.SECONDS)) {
              throw new DatasetException("only " + (atOnce - loading.getCount()) + " at once");
            }
          } catch (InterruptedException e) {
            throw new DatasetException("interrupted", e);
          }
        });
  }

  @Test
  void allWorkersAreBusyWhateverTheBatchSize() {
    for (LoaderSettings settings :
        List.of(LoaderSettings.evaluation(1, 9), LoaderSettings.training(1, 0, 9))) {
      assertEquals(1, take(waitingForEachOther(20, 9), settings, LoaderState.START, 1).size());
    }
  }

  @Test
  @Timeout(60)
  void closingEndsACallThatWaits() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Dataset dataset =
        new MemoryDataset(
            3,
            index -> {
              loading.countDown();
              awaitUninterrupted(closed);
            });
    Loader loader = new Loader(dataset, LSJ, LoaderSettings.evaluation(3, 1));
    var caller = new FutureTask<>(loader::next);
    new Thread(caller, "caller").start();
    loading.await();
    loader.close(); // one image is being loaded, two wait for the worker
    closed.countDown();
    assertClosed(assertThrows(ExecutionException.class, caller::get).getCause());
    assertClosed(assertThrows(IllegalStateException.class, loader::next));
  }

  /** What an interrupted worker says of its file is not the reason: the loader is closed. */
  @Test
  @Timeout(60)
  void closingIsNotTakenForABrokenFile() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    Dataset dataset =
        new MemoryDataset(
            3,
            index -> {
              loading.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                throw new DatasetException("image: cannot read the file", e);
              }
            });
    LoaderSettings settings = LoaderSettings.evaluation(3, 1).with(LoaderSettings.BrokenFiles.SKIP);
    Loader loader = new Loader(dataset, LSJ, settings);
    var caller = new FutureTask<>(loader::next);
    new Thread(caller, "caller").start();
    loading.await();
    loader.close();
    assertClosed(assertThrows(ExecutionException.class, caller::get).getCause());
    assertEquals(List.of(), loader.skipped());
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void assertClosed(Throwable e) {
    assertEquals("java.lang.IllegalStateException: loader: closed", e.toString());
  }

  @Test
  void smallerImagesOfABatchArePadded() {
    Dataset dataset = new MemoryDataset(3);
    try (Loader loader =
        new Loader(dataset, Augmentation.none(Task.INSTANCE), LoaderSettings.evaluation(3, 1))) {
      Batch batch = loader.next().orElseThrow();
      float[] floats = batch.normalizedImages(Normalization.IMAGENET);
      int plane = batch.height() * batch.width();
      for (int b = 0; b < 3; b++) {
        TrainingExample example = batch.examples().get(b);
        for (int y = 0; y < batch.height(); y++) {
          for (int x = 0; x < batch.width(); x++) {
            boolean inside = y < example.height() && x < example.width();
            int at = b * 3 * plane + plane + y * batch.width() + x;
            int value =
                inside ? bytes(example)[(example.height() + y) * example.width() + x] & 0xFF : 0;
            assertEquals(inside ? (value - 116.28f) / 57.12f : 0, floats[at], 1e-6);
          }
        }
      }
    }
  }

  private static byte[] bytes(TrainingExample example) {
    return ((PixelPlanes.Bytes) example.image()).values();
  }
}
