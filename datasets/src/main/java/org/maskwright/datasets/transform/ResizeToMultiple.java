package org.maskwright.datasets.transform;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Size;

/**
 * Resizes by the shorter side as {@link ResizeShortestEdge} does, then both sides up to multiples,
 * so that no padding is needed and proportions change a little. For evaluation by Hugging Face's
 * rules.
 *
 * <p><b>Source</b> Hugging Face Transformers, the image processors of MaskFormer and Mask2Former
 *
 * @param length of the shorter side before rounding up
 * @param maxSize the limit of the longer side before rounding up
 * @param multiple of which both sides are to be
 */
public record ResizeToMultiple(int length, int maxSize, int multiple) implements Transform {
  public ResizeToMultiple {
    if (length < 1 || maxSize < 1 || multiple < 1) {
      throw new IllegalArgumentException(
          "resize to a multiple: expected numbers > 0, got %d, %d, %d"
              .formatted(length, maxSize, multiple));
    }
  }

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    Size size = sizeFor(view.content());
    return view.resized(size.width(), size.height());
  }

  /** The size after the resize of {@code from}. */
  public Size sizeFor(Size from) {
    double shorter = Math.min(from.width(), from.height());
    double longer = Math.max(from.width(), from.height());
    double exact = length;
    int rounded = length;
    if (longer / shorter * length > maxSize) {
      exact = maxSize * shorter / longer;
      rounded = (int) Math.rint(exact);
    }
    boolean wide = from.width() >= from.height();
    int other =
        rounded == shorter
            ? (int) longer
            : (int) (exact * longer / shorter); // in this order: the rounding of the reference
    return wide ? new Size(up(other), up(rounded)) : new Size(up(rounded), up(other));
  }

  private int up(int side) {
    return Math.max(1, (side + multiple - 1) / multiple) * multiple;
  }
}
