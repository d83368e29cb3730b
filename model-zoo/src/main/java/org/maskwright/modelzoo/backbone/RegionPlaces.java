package org.maskwright.modelzoo.backbone;

import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Which places of a feature map each mask covers: where the logits, resized bilinearly to the map,
 * are above 0.
 *
 * @param inside bool [B,Q,h*w]
 */
public record RegionPlaces(Tensor inside) {
  /** Against a division by 0, as in FC-CLIP. */
  private static final double EPS = 1e-8;

  /**
   * Of masks over a map.
   *
   * <p><b>Shapes</b> maskLogits [B,Q,H,W], map [B,C,h,w]
   *
   * @throws IllegalArgumentException if their ranks or numbers of pictures differ
   */
  public static RegionPlaces of(Tensor maskLogits, Tensor map) {
    if (maskLogits.rank() != 4 || map.rank() != 4 || maskLogits.size(0) != map.size(0)) {
      throw new IllegalArgumentException(
          "regions: expected mask logits [B,Q,H,W] and features [B,C,h,w] of the same pictures, got %s and %s"
              .formatted(maskLogits, map));
    }
    int height = map.intSize(2);
    int width = map.intSize(3);
    Engine engine = map.engine();
    try (var off = engine.noGrad()) {
      Tensor logits = maskLogits.detach();
      boolean same = logits.intSize(2) == height && logits.intSize(3) == width;
      Tensor resized = same ? logits : logits.resize(height, width, ResizeMode.BILINEAR);
      return new RegionPlaces(resized.flatten(2, 3).gt(0));
    }
  }

  /** Whether a mask covers any place: bool [B,Q]. */
  public Tensor covered() {
    return inside.any(2);
  }

  /** The mean of a map [B,C,h,w] over each mask's places: [B,Q,C]; 0 of a mask without any. */
  public Tensor means(Tensor map) {
    Tensor shares = inside.cast(map.dtype());
    Tensor sums = shares.matmulTransposed(map.flatten(2, 3)); // [B,Q,C]
    return sums.div(shares.sumKeep(2).add(EPS));
  }

  /** What attention may not look at, bool [B,1,Q,h*w]: nothing of a mask without any place. */
  public Tensor blocked() {
    return inside.not().and(inside.anyKeep(2)).unsqueeze(1);
  }
}
