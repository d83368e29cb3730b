package org.maskwright.datasets.transform;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Size;

/**
 * One of the crops that tile a picture: of one size, as few as cover it, spread evenly. A side
 * shorter than the crop stays whole. Differs from {@link RandomCrop} in that a picture has few of
 * them, which come again.
 *
 * @param height of the crops
 * @param width of the crops
 */
public record GridCrop(int height, int width) implements Transform {
  public GridCrop {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "grid crop: expected > 0, got %d x %d".formatted(width, height));
    }
  }

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    Size size = view.content();
    int h = Math.min(height, size.height());
    int w = Math.min(width, size.width());
    int y = start(size.height(), h, random.nextInt(count(size.height(), h)));
    int x = start(size.width(), w, random.nextInt(count(size.width(), w)));
    return view.cropped(x, y, w, h);
  }

  /** How many crops cover a side. */
  private static int count(int side, int crop) {
    return 1 + (side - 1) / crop;
  }

  private static int start(int side, int crop, int number) {
    int count = count(side, crop);
    return count == 1 ? 0 : (int) ((long) number * (side - crop) / (count - 1));
  }
}
