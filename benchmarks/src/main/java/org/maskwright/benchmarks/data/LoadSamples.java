package org.maskwright.benchmarks.data;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.maskwright.benchmarks.Measured;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.FixedSizeCrop;
import org.maskwright.datasets.transform.HorizontalFlip;
import org.maskwright.datasets.transform.ResizeScale;
import org.maskwright.datasets.transform.SampleRandom;

/**
 * Large-scale-jitter training samples per second on one thread: decode, augment to SIZE x SIZE,
 * rasterise. Arguments: COCO folder, {@code coco-instance} or {@code coco-panoptic}, size, rounds.
 *
 * <p>Prints the median round in CPU time of the thread, which other programs on the machine do not
 * change much, decoding alone as the floor, and as JSON the milliseconds a sample of each round.
 */
public final class LoadSamples {
  private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

  private LoadSamples() {}

  public static void main(String[] args) {
    String type = args[1];
    int size = Integer.parseInt(args[2]);
    int rounds = Integer.parseInt(args[3]);
    Dataset dataset =
        DatasetView.withTargets(
            DatasetOpener.open(DatasetSettings.of(type, Path.of(args[0]), "train2017")));
    Task task = type.equals("coco-instance") ? Task.INSTANCE : Task.PANOPTIC;
    Augmentation augmentation =
        new Augmentation(
            List.of(
                new HorizontalFlip(0.5),
                new ResizeScale(0.1, 2, size, size),
                new FixedSizeCrop(size, size)),
            task,
            Augmentation.EmptyMasks.DROP);
    double[] whole = new double[rounds];
    double[] photo = new double[rounds];
    double[] annotation = new double[rounds];
    long targets = 0;
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < dataset.size(); i++) {
        long start = THREAD.getCurrentThreadCpuTime();
        var image = dataset.image(i);
        long decoded = THREAD.getCurrentThreadCpuTime();
        var segments = dataset.segments(i);
        long parsed = THREAD.getCurrentThreadCpuTime();
        Sample sample = new Sample(dataset.info(i), image, segments);
        targets +=
            augmentation
                .apply(sample, dataset.categories(), SampleRandom.of(0, round, i))
                .targetCount();
        whole[round] += THREAD.getCurrentThreadCpuTime() - start;
        photo[round] += decoded - start;
        annotation[round] += parsed - decoded;
      }
    }
    int n = dataset.size();
    double all = Measured.median(Arrays.stream(whole)) / n / 1e6;
    double decode = Measured.median(Arrays.stream(photo)) / n / 1e6;
    double read = Measured.median(Arrays.stream(annotation)) / n / 1e6;
    System.out.printf(
        "%s, %d images, %d x %d, %.1f targets each%n",
        dataset.name(), n, size, size, (double) targets / n / rounds);
    System.out.printf(
        "%.1f samples/s/core; ms: total %.2f = decode photo %.2f + annotation %.2f + augment %.2f%n",
        1000 / all, all, decode, read, all - decode - read);
    String rows =
        Arrays.stream(whole)
            .mapToObj(nanos -> String.format(Locale.ROOT, "%.3f", nanos / n / 1e6))
            .collect(Collectors.joining(", "));
    System.out.printf(
        Locale.ROOT,
        "{\"samples\": %d, \"targets\": %d, \"msPerSample\": [%s]}%n",
        n,
        targets / rounds,
        rows);
  }
}
