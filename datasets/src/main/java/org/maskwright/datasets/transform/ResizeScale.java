package org.maskwright.datasets.transform;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Size;

/**
 * Large-scale jitter: fits the image into a target times a random scale, keeping the aspect.
 *
 * <p><b>Maths</b> s ~ U(min, max); f = min(H_t s / h, W_t s / w); the size becomes round(f h) x
 * round(f w), halves to even.
 *
 * <p><b>Source</b> Simple Copy-Paste (arXiv 2012.07177); detectron2's ResizeScale. <b>Differs:</b>
 * a side is at least 1.
 *
 * @param minScale the smallest s, > 0
 * @param maxScale the largest s
 * @param targetHeight H_t
 * @param targetWidth W_t
 */
public record ResizeScale(double minScale, double maxScale, int targetHeight, int targetWidth)
    implements Transform {
  public ResizeScale {
    if (!(minScale > 0 && maxScale >= minScale) || targetHeight < 1 || targetWidth < 1) {
      throw new IllegalArgumentException(
          "scale jitter: expected 0 < min <= max and a target > 0, got %s..%s of %d x %d"
              .formatted(minScale, maxScale, targetWidth, targetHeight));
    }
  }

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    double scale = minScale + (maxScale - minScale) * random.nextDouble();
    Size size = view.content();
    double factor =
        Math.min(targetHeight * scale / size.height(), targetWidth * scale / size.width());
    return view.resized(
        Math.max(1, (int) Math.rint(size.width() * factor)),
        Math.max(1, (int) Math.rint(size.height() * factor)));
  }
}
