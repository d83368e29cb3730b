package org.maskwright.datasets.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Segment;

/**
 * How many images and segments each class has.
 *
 * @param name the data set's name
 * @param images the number of images
 * @param imagesWithSegments images with at least one segment
 * @param segments the number of segments, crowds included
 * @param crowds the number of crowds
 * @param classes one entry for each class, in training order
 */
public record DatasetStats(
    String name,
    int images,
    int imagesWithSegments,
    long segments,
    long crowds,
    List<ClassCount> classes) {
  /** A class with the number of its segments and of the images that show it. */
  public record ClassCount(Category category, long segments, long images) {}

  public DatasetStats {
    classes = List.copyOf(classes);
  }

  /** Counts the annotations of a data set; reads label images, but no photograph. */
  public static DatasetStats of(Dataset dataset) {
    int count = dataset.categories().size();
    long[] segments = new long[count];
    long[] images = new long[count];
    long[] totals = new long[2];
    IntStream.range(0, dataset.size())
        .parallel()
        .mapToObj(i -> dataset.segments(i).stream().map(s -> new int[] {s.category(), flag(s)}))
        .map(stream -> stream.toList())
        .forEachOrdered(
            list -> {
              totals[0] += list.isEmpty() ? 0 : 1;
              TreeSet<Integer> present = new TreeSet<>();
              for (int[] entry : list) {
                segments[entry[0]]++;
                totals[1] += entry[1];
                present.add(entry[0]);
              }
              present.forEach(k -> images[k]++);
            });
    List<ClassCount> classes = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      classes.add(new ClassCount(dataset.categories().get(k), segments[k], images[k]));
    }
    long all = IntStream.range(0, count).mapToLong(k -> segments[k]).sum();
    return new DatasetStats(
        dataset.name(), dataset.size(), (int) totals[0], all, totals[1], classes);
  }

  private static int flag(Segment segment) {
    return segment.crowd() ? 1 : 0;
  }
}
