package org.maskwright.datasets.transform;

import java.util.Objects;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.image.ResizeFilter;

/**
 * A part of the picture of a random share of its area and random proportions, resized to one size.
 * Where ten tries give none that fits, the largest part in the middle of allowed proportions.
 *
 * <p><b>Source</b> Inception (arXiv 1409.4842); torchvision's RandomResizedCrop
 *
 * @param height rows of the result
 * @param width columns of the result
 * @param minScale the least share of the area, above 0
 * @param maxScale the largest share, at most 1
 * @param minAspect the least width by height, above 0
 * @param maxAspect the largest
 * @param filter of the resize
 */
public record RandomResizedCrop(
    int height,
    int width,
    double minScale,
    double maxScale,
    double minAspect,
    double maxAspect,
    ResizeFilter filter)
    implements Transform {
  private static final int TRIES = 10;

  /** Checks the ranges. */
  public RandomResizedCrop {
    Objects.requireNonNull(filter, "filter");
    if (height < 1
        || width < 1
        || !(minScale > 0 && minScale <= maxScale && maxScale <= 1)
        || !(minAspect > 0 && minAspect <= maxAspect && maxAspect < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "random resized crop: expected a size > 0, rising shares in (0,1] and rising proportions > 0, got %d x %d, %s to %s and %s to %s"
              .formatted(height, width, minScale, maxScale, minAspect, maxAspect));
    }
  }

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    int w = view.content().width();
    int h = view.content().height();
    for (int i = 0; i < TRIES; i++) {
      double area = (double) w * h * uniform(minScale, maxScale, random);
      double aspect = Math.exp(uniform(Math.log(minAspect), Math.log(maxAspect), random));
      int across = (int) Math.rint(Math.sqrt(area * aspect));
      int down = (int) Math.rint(Math.sqrt(area / aspect));
      if (across > 0 && across <= w && down > 0 && down <= h) {
        int y = random.nextInt(h - down + 1);
        int x = random.nextInt(w - across + 1);
        return part(view, x, y, across, down);
      }
    }
    double aspect = (double) w / h;
    int across = aspect > maxAspect ? within(h * maxAspect, w) : w;
    int down = aspect < minAspect ? within(w / minAspect, h) : h;
    return part(view, (w - across) / 2, (h - down) / 2, across, down);
  }

  private static int within(double side, int most) {
    return Math.max(1, Math.min(most, (int) Math.rint(side)));
  }

  private View part(View view, int x, int y, int across, int down) {
    return view.cropped(x, y, across, down).resized(width, height, filter);
  }

  private static double uniform(double low, double high, RandomGenerator random) {
    return low + (high - low) * random.nextDouble();
  }
}
