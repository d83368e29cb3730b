package org.maskwright.datasets.transform;

import java.util.List;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Size;

/**
 * Resizes so that the shorter side has one of several lengths, and the longer side stays below a
 * limit.
 *
 * <p><b>Source</b> detectron2's ResizeShortestEdge with {@code sample_style="choice"}.
 *
 * @param lengths the lengths to choose from, each as likely; one length draws no random number
 * @param maxSize the limit of the longer side
 */
public record ResizeShortestEdge(List<Integer> lengths, int maxSize) implements Transform {
  public ResizeShortestEdge {
    lengths = List.copyOf(lengths);
    if (lengths.isEmpty() || lengths.stream().anyMatch(l -> l < 1) || maxSize < 1) {
      throw new IllegalArgumentException(
          "shortest edge: expected lengths and a limit > 0, got " + lengths + ", " + maxSize);
    }
  }

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    int length = lengths.size() == 1 ? lengths.get(0) : lengths.get(random.nextInt(lengths.size()));
    Size size = sizeFor(view.content(), length, maxSize);
    return view.resized(size.width(), size.height());
  }

  /** The size after the resize of {@code from} to the shorter side {@code length}. */
  public static Size sizeFor(Size from, int length, int maxSize) {
    double scale = (double) length / Math.min(from.height(), from.width());
    double height = from.height() < from.width() ? length : scale * from.height();
    double width = from.height() < from.width() ? scale * from.width() : length;
    double longer = Math.max(height, width);
    if (longer > maxSize) {
      height *= maxSize / longer;
      width *= maxSize / longer;
    }
    return new Size(Math.max(1, (int) (width + 0.5)), Math.max(1, (int) (height + 0.5)));
  }
}
