package org.maskwright.datasets.transform;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Size;

/**
 * Crops a random part; a side shorter than the crop stays whole.
 *
 * <p>With a limit below 1 a crop in which one class takes that share of the labelled pixels or more
 * is drawn again, up to 10 times, so that not every crop is all road; the tenth is taken as it is.
 *
 * <p><b>Source</b> detectron2's RandomCrop_CategoryAreaConstraint; mmseg uses the limit 0.75, the
 * shipped Mask2Former recipes 1.0, which is no limit.
 *
 * @param minHeight the smallest crop height
 * @param maxHeight the largest; equal to the smallest for a fixed size
 * @param minWidth the smallest crop width
 * @param maxWidth the largest
 * @param singleCategoryMaxArea the limit, in (0, 1]
 */
public record RandomCrop(
    int minHeight, int maxHeight, int minWidth, int maxWidth, double singleCategoryMaxArea)
    implements Transform {
  private static final int TRIES = 10;

  public RandomCrop {
    if (minHeight < 1 || minWidth < 1 || maxHeight < minHeight || maxWidth < minWidth) {
      throw new IllegalArgumentException(
          "random crop: expected 0 < min <= max, got %d..%d x %d..%d"
              .formatted(minWidth, maxWidth, minHeight, maxHeight));
    }
    if (!(singleCategoryMaxArea > 0 && singleCategoryMaxArea <= 1)) {
      throw new IllegalArgumentException(
          "random crop: expected a limit in (0, 1], got " + singleCategoryMaxArea);
    }
  }

  /** Crops of one size. */
  public static RandomCrop fixed(int height, int width, double singleCategoryMaxArea) {
    return new RandomCrop(height, height, width, width, singleCategoryMaxArea);
  }

  /** Crops whose sides are drawn from {@code min..max}, without a limit (DETR's augmentation). */
  public static RandomCrop range(int min, int max) {
    return new RandomCrop(min, max, min, max, 1);
  }

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    if (singleCategoryMaxArea >= 1) {
      return draw(view, random);
    }
    ClassShares shares = new ClassShares(sample);
    View crop = draw(view, random);
    for (int i = 1; i < TRIES && !shares.mixed(crop, singleCategoryMaxArea); i++) {
      crop = draw(view, random);
    }
    return crop;
  }

  private View draw(View view, RandomGenerator random) {
    Size size = view.content();
    int height = side(minHeight, maxHeight, size.height(), random);
    int width = side(minWidth, maxWidth, size.width(), random);
    int y = random.nextInt(size.height() - height + 1);
    int x = random.nextInt(size.width() - width + 1);
    return view.cropped(x, y, width, height);
  }

  private static int side(int min, int max, int available, RandomGenerator random) {
    int low = Math.min(min, available);
    int high = Math.min(max, available);
    return low == high ? low : random.nextInt(low, high + 1);
  }
}
