package org.maskwright.modelzoo.pretext;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Which patches of some pictures are hidden: in each the same number.
 *
 * <p><b>Maths</b> patches in the order of a number that is drawn for each; the first floor(N(1 -
 * share)) are seen
 *
 * <p><b>Source</b> MAE (arXiv 2111.06377), section 3 and official code. Immutable.
 */
public final class PatchMask {
  private final int pictures;
  private final int patches;
  private final int seen;
  private final long[] order; // [B,N]: numbers of patches, the seen ones first

  private PatchMask(int pictures, int patches, int seen, long[] order) {
    this.pictures = pictures;
    this.patches = patches;
    this.seen = seen;
    this.order = order;
  }

  /**
   * Hides patches.
   *
   * @param noise of each picture a number for each patch, of which the smallest are seen
   * @param share of the patches that are hidden, in (0,1)
   * @throws IllegalArgumentException if none would be hidden, or none seen
   */
  public static PatchMask of(List<float[]> noise, double share) {
    int patches = noise.get(0).length;
    int seen = (int) (patches * (1 - share));
    if (seen < 1 || seen == patches) {
      throw new IllegalArgumentException(
          "masked autoencoder: expected pictures of so many patches that some are hidden and some seen, got %d patches with hidden = %s; take larger pictures, smaller patches or another share"
              .formatted(patches, share));
    }
    long[] order = new long[Math.multiplyExact(noise.size(), patches)];
    for (int b = 0; b < noise.size(); b++) {
      float[] of = noise.get(b);
      int[] sorted =
          IntStream.range(0, patches)
              .boxed()
              .sorted((i, j) -> Float.compare(of[i], of[j]))
              .mapToInt(i -> i)
              .toArray();
      for (int i = 0; i < patches; i++) {
        order[b * patches + i] = sorted[i];
      }
    }
    return new PatchMask(noise.size(), patches, seen, order);
  }

  /** N, patches of a picture. */
  public int patches() {
    return patches;
  }

  /** M, hidden patches of a picture. */
  public int hiddenCount() {
    return patches - seen;
  }

  /** Whether a patch of a picture is hidden. */
  public boolean isHidden(int picture, int patch) {
    int from = picture * patches;
    return IntStream.range(from, from + seen).noneMatch(i -> order[i] == patch);
  }

  /** Numbers of the patches that are seen, int64 [B,N-M]. */
  public Tensor seen(Engine engine) {
    return part(engine, 0, seen);
  }

  /** Numbers of the patches that are hidden, int64 [B,M]. */
  public Tensor hidden(Engine engine) {
    return part(engine, seen, patches);
  }

  private Tensor part(Engine engine, int from, int to) {
    int count = to - from;
    long[] out = new long[pictures * count];
    for (int b = 0; b < pictures; b++) {
      System.arraycopy(order, b * patches + from, out, b * count, count);
    }
    return engine.longs(out, pictures, count);
  }

  /** Where each patch stands among those seen and then those hidden, int64 [B,N]. */
  public Tensor restored(Engine engine) {
    long[] out = new long[order.length];
    for (int b = 0; b < pictures; b++) {
      for (int i = 0; i < patches; i++) {
        out[b * patches + (int) order[b * patches + i]] = i;
      }
    }
    return engine.longs(out, pictures, patches);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PatchMask mask
        && pictures == mask.pictures
        && seen == mask.seen
        && Arrays.equals(order, mask.order);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(order);
  }
}
