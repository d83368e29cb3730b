package org.maskwright.datasets.catalog;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;

/**
 * How large images and objects are and how many objects an image shows, found on some of a data
 * set's images, evenly spread. Objects are segments of things that are no crowd.
 *
 * @param images how many were looked at
 * @param typical width and height of the image in the middle, each for itself
 * @param largest width and height
 * @param typicalObjects objects of the image in the middle
 * @param manyObjects as many as all but a twentieth of the images show at most
 * @param mostObjects of an image
 * @param smallSide square root of the area of an object, in pixels, that a tenth of the objects
 *     fall short of; 0 without objects
 * @param typicalSide of the object in the middle; 0 without objects
 * @param largeSide that nine tenths of the objects fall short of; 0 without objects
 * @param mostSegments segments of an image, stuff included
 */
public record ObjectSurvey(
    int images,
    Size typical,
    Size largest,
    int typicalObjects,
    int manyObjects,
    int mostObjects,
    double smallSide,
    double typicalSide,
    double largeSide,
    int mostSegments) {
  private static final int MOST_IMAGES = 300;

  /** One image. */
  private record Seen(Size size, int segments, List<Double> sides) {}

  /**
   * Looks at up to 300 images; reads label images, and photographs of unknown size. Broken files
   * are left to whoever loads them.
   *
   * @throws DatasetException if none can be read
   */
  public static ObjectSurvey of(Dataset dataset) {
    int looked = Math.min(dataset.size(), MOST_IMAGES);
    Seen[] seen =
        IntStream.range(0, looked)
            .parallel()
            .mapToObj(i -> see(dataset, (int) ((long) i * dataset.size() / looked)))
            .filter(Objects::nonNull)
            .toArray(Seen[]::new);
    if (seen.length == 0) {
      throw new DatasetException(
          dataset.name() + ": none of " + looked + " images could be read; see data check");
    }
    int[] objects = Arrays.stream(seen).mapToInt(s -> s.sides().size()).sorted().toArray();
    double[] sides =
        Arrays.stream(seen)
            .flatMap(s -> s.sides().stream())
            .mapToDouble(Double::doubleValue)
            .sorted()
            .toArray();
    int[] widths = Arrays.stream(seen).mapToInt(s -> s.size().width()).sorted().toArray();
    int[] heights = Arrays.stream(seen).mapToInt(s -> s.size().height()).sorted().toArray();
    int last = seen.length - 1;
    return new ObjectSurvey(
        seen.length,
        new Size(widths[last / 2], heights[last / 2]),
        new Size(widths[last], heights[last]),
        objects[last / 2],
        objects[(int) (0.95 * last)],
        objects[last],
        quantile(sides, 0.1),
        quantile(sides, 0.5),
        quantile(sides, 0.9),
        Arrays.stream(seen).mapToInt(Seen::segments).max().getAsInt());
  }

  private static double quantile(double[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) (share * (sorted.length - 1))];
  }

  private static Seen see(Dataset dataset, int index) {
    try {
      List<Segment> segments = dataset.segments(index);
      Size size = ImageSize.of(dataset, index, segments);
      long[] areas = SegmentAreas.of(segments, size.height(), size.width());
      List<Double> sides =
          IntStream.range(0, areas.length)
              .filter(s -> isObject(dataset, segments.get(s)) && areas[s] > 0)
              .mapToObj(s -> Math.sqrt(areas[s]))
              .toList();
      return new Seen(size, segments.size(), sides);
    } catch (DatasetException | IllegalArgumentException e) {
      return null; // it is reported where it is loaded
    }
  }

  private static boolean isObject(Dataset dataset, Segment segment) {
    return !segment.crowd() && dataset.categories().get(segment.category()).thing();
  }
}
