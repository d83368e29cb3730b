package org.maskwright.trainer.loss;

import java.util.Arrays;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.TrainingExample;

/** Full masks in each of T frames, one bit a pixel; the padding beyond them is background. */
public final class MaskSupervision implements Supervision {
  private final int[] categories;
  private final MaskStack masks; // [N*T,H,W]
  private final int frames;
  private final int paddedHeight;
  private final int paddedWidth;

  /** Masks of a photograph; see the other constructor. */
  public MaskSupervision(int[] categories, MaskStack masks, int paddedHeight, int paddedWidth) {
    this(categories, masks, 1, paddedHeight, paddedWidth);
  }

  /**
   * Masks within padded images.
   *
   * @param categories contiguous class of each target
   * @param masks of target n in frame t at n*T + t
   * @param frames T
   * @param paddedHeight rows of the batch, at least those of the masks
   * @param paddedWidth columns of the batch, at least those of the masks
   */
  public MaskSupervision(
      int[] categories, MaskStack masks, int frames, int paddedHeight, int paddedWidth) {
    if (frames < 1
        || (long) categories.length * frames != masks.count()
        || paddedHeight < masks.height()
        || paddedWidth < masks.width()) {
      throw new IllegalArgumentException(
          "targets: expected one class for each mask of a frame within %d x %d pixels, got %d classes, %d masks in %d frames of %d x %d"
              .formatted(
                  paddedWidth,
                  paddedHeight,
                  categories.length,
                  masks.count(),
                  frames,
                  masks.width(),
                  masks.height()));
    }
    this.categories = categories.clone();
    this.masks = masks;
    this.frames = frames;
    this.paddedHeight = paddedHeight;
    this.paddedWidth = paddedWidth;
  }

  /**
   * The targets of an example in a batch padded to the given size.
   *
   * @throws org.maskwright.datasets.DatasetException if the mask of one is not known
   */
  public static MaskSupervision of(TrainingExample example, int paddedHeight, int paddedWidth) {
    example.requireMasks();
    return new MaskSupervision(
        example.classes(), example.masks(), example.frames(), paddedHeight, paddedWidth);
  }

  @Override
  public int height() {
    return paddedHeight;
  }

  @Override
  public int width() {
    return paddedWidth;
  }

  @Override
  public int frames() {
    return frames;
  }

  @Override
  public int count() {
    return categories.length;
  }

  @Override
  public int category(int n) {
    return categories[n];
  }

  @Override
  public double labelledPixels() {
    double sum = 0;
    for (int t = 0; t < frames; t++) {
      sum += labelledPixels(t);
    }
    return sum;
  }

  private double labelledPixels(int frame) {
    if (count() == 0) {
      return 0;
    }
    long[] any = masks.words(frame).clone();
    for (int n = 1; n < count(); n++) {
      long[] words = masks.words(n * frames + frame);
      for (int i = 0; i < any.length; i++) {
        any[i] |= words[i];
      }
    }
    return Arrays.stream(any).map(Long::bitCount).sum();
  }

  @Override
  public void labels(
      int n, int frame, float[] points, int from, int count, float[] labels, int to) {
    long[] words = masks.words(n * frames + frame);
    int rowWords = masks.rowWords();
    int height = masks.height();
    int width = masks.width();
    for (int i = 0; i < count; i++) {
      float x = points[from + 2 * i] * paddedWidth - 0.5f;
      float y = points[from + 2 * i + 1] * paddedHeight - 0.5f;
      int x0 = (int) Math.floor(x);
      int y0 = (int) Math.floor(y);
      float fx = x - x0;
      float fy = y - y0;
      float top = 0;
      float bottom = 0;
      if (x0 >= 0 && x0 < width) {
        top = bit(words, rowWords, height, y0, x0) * (1 - fx);
        bottom = bit(words, rowWords, height, y0 + 1, x0) * (1 - fx);
      }
      if (x0 + 1 >= 0 && x0 + 1 < width) {
        top += bit(words, rowWords, height, y0, x0 + 1) * fx;
        bottom += bit(words, rowWords, height, y0 + 1, x0 + 1) * fx;
      }
      labels[to + i] = top * (1 - fy) + bottom * fy;
    }
  }

  private static float bit(long[] words, int rowWords, int height, int y, int x) {
    return y < 0 || y >= height ? 0 : (words[y * rowWords + (x >> 6)] >>> x & 1L);
  }

  @Override
  public void grid(int n, int frame, int height, int width, float[] labels, int to) {
    for (int y = 0; y < height; y++) {
      int sourceY = (int) ((long) y * paddedHeight / height);
      for (int x = 0; x < width; x++) {
        int sourceX = (int) ((long) x * paddedWidth / width);
        boolean inside = sourceY < masks.height() && sourceX < masks.width();
        labels[to + y * width + x] =
            inside && masks.get(n * frames + frame, sourceY, sourceX) ? 1 : 0;
      }
    }
  }
}
