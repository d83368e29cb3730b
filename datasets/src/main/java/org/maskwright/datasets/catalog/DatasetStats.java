package org.maskwright.datasets.catalog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Task;

/**
 * What there is to learn from: images, segments, crowds and pixels of each class, and void pixels.
 *
 * @param name the data set's name
 * @param images the number of images
 * @param counted the images whose segments were counted; fewer than {@code images} if the others
 *     were not looked at, or are broken
 * @param imagesWithSegments images with at least one segment, of those counted
 * @param segments the number of segments, crowds included
 * @param crowds the number of crowds
 * @param pixels pixels of the images that were looked at
 * @param classes one entry for each class, in training order
 */
public record DatasetStats(
    String name,
    int images,
    int counted,
    int imagesWithSegments,
    long segments,
    long crowds,
    Pixels pixels,
    List<ClassCount> classes) {
  /**
   * A class.
   *
   * @param segments the number of its segments, crowds included
   * @param crowds those of them that are crowds
   * @param images the images that show it
   * @param pixels its pixels in the images whose pixels were looked at
   */
  public record ClassCount(
      Category category, long segments, long crowds, long images, long pixels) {}

  /**
   * Pixels that were looked at.
   *
   * @param images the images that were
   * @param all their pixels
   * @param unlabelled those that no segment has, which are void; 0 in a data set of objects only
   */
  public record Pixels(int images, long all, long unlabelled) {
    /** 0 to 1; 0 if none was looked at. */
    public double unlabelledShare() {
      return all == 0 ? 0 : (double) unlabelled / all;
    }

    /** The share of a class, 0 to 1. */
    public double share(ClassCount count) {
      return all == 0 ? 0 : (double) count.pixels() / all;
    }
  }

  /** Images whose label maps {@link #quick} reads at least, if there are as many. */
  private static final int SOME = 200;

  /** Images that {@link #quick} reads at most, while it has not met every class. */
  private static final int MOST = 1000;

  public DatasetStats {
    classes = List.copyOf(classes);
  }

  /** Whether every image was counted, so that what is absent is nowhere. */
  public boolean complete() {
    return counted == images;
  }

  /** Counts the annotations of a data set; reads label images, and no photograph of known size. */
  public static DatasetStats of(Dataset dataset) {
    Counter counter = new Counter(dataset);
    IntStream.range(0, dataset.size())
        .parallel()
        .mapToObj(i -> ImageCount.of(dataset, i))
        .forEachOrdered(counter::add);
    return counter.stats();
  }

  /**
   * As {@link #of}, in seconds for any data set: of annotation files every segment is counted;
   * label images and the pixels of segments are read of a few hundred images, evenly spread, and of
   * more, up to a thousand, while a class has not been met. Broken files are left to whoever loads
   * them.
   */
  public static DatasetStats quick(Dataset dataset) {
    Counter counter = new Counter(dataset);
    int size = dataset.size();
    boolean known = size > 0 && dataset.labels(0) != null;
    if (known) {
      IntStream.range(0, size).forEach(i -> counter.add(ImageCount.ofLabels(dataset.labels(i))));
    }
    int most = Math.min(size, known ? SOME : MOST);
    int[] order = spread(most, size);
    int done = 0;
    while (done < most && (done < SOME || !counter.metAll())) {
      int from = done;
      done = Math.min(most, done + SOME);
      Arrays.stream(order, from, done)
          .parallel()
          .mapToObj(i -> ImageCount.ofReadable(dataset, i))
          .forEachOrdered(known ? counter::addPixels : counter::add);
    }
    return counter.stats();
  }

  /** {@code most} images in an order whose beginning is spread over all of them already. */
  private static int[] spread(int most, int size) {
    int[] order = new int[most];
    int stride = (most + SOME - 1) / SOME;
    int at = 0;
    for (int first = 0; first < stride; first++) {
      for (int spot = first; spot < most; spot += stride) {
        order[at++] = (int) ((long) spot * size / most);
      }
    }
    return order;
  }

  static final class Counter {
    private final Dataset dataset;
    private final long[] segments;
    private final long[] crowds;
    private final long[] images;
    private final long[] pixels;
    private final boolean objectsOnly;
    private int counted;
    private int withSegments;
    private int lookedAt;
    private long all;
    private long unlabelled;

    Counter(Dataset dataset) {
      this.dataset = dataset;
      this.objectsOnly = dataset.tasks().equals(Set.of(Task.INSTANCE));
      int count = dataset.categories().size();
      segments = new long[count];
      crowds = new long[count];
      images = new long[count];
      pixels = new long[count];
    }

    void add(ImageCount image) {
      if (image == null) {
        return;
      }
      counted++;
      withSegments += image.labels().isEmpty() ? 0 : 1;
      boolean[] present = new boolean[segments.length];
      for (Dataset.Label label : image.labels()) {
        segments[label.category()]++;
        crowds[label.category()] += label.crowd() ? 1 : 0;
        images[label.category()] += present[label.category()] ? 0 : 1;
        present[label.category()] = true;
      }
      addPixels(image);
    }

    void addPixels(ImageCount image) {
      if (image == null || image.pixels() == 0) {
        return;
      }
      lookedAt++;
      all += image.pixels();
      unlabelled += objectsOnly ? 0 : image.unlabelled(); // where there is no object is no void
      for (int s = 0; s < image.areas().length; s++) {
        pixels[image.labels().get(s).category()] += image.areas()[s];
      }
    }

    boolean metAll() {
      return IntStream.range(0, segments.length).allMatch(k -> segments[k] > 0);
    }

    DatasetStats stats() {
      List<ClassCount> classes = new ArrayList<>();
      for (int k = 0; k < segments.length; k++) {
        classes.add(
            new ClassCount(
                dataset.categories().get(k), segments[k], crowds[k], images[k], pixels[k]));
      }
      return new DatasetStats(
          dataset.name(),
          dataset.size(),
          counted,
          withSegments,
          IntStream.range(0, segments.length).mapToLong(k -> segments[k]).sum(),
          IntStream.range(0, segments.length).mapToLong(k -> crowds[k]).sum(),
          new Pixels(lookedAt, all, unlabelled),
          classes);
    }
  }
}
