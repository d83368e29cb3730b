package org.maskwright.datasets.transform;

import java.util.Objects;
import org.maskwright.datasets.RgbImage;

/**
 * A drawn photometric distortion of an 8-bit image, as SSD trains with. Steps that were not drawn
 * are neutral (0 or 1). Each step is clipped and truncated to 8 bits before the next.
 *
 * @param brightness added to each channel, -32..32
 * @param contrast factor of each channel, 0.5..1.5
 * @param saturation factor of the HSV saturation, 0.5..1.5
 * @param hue added to the HSV hue modulo 180, -18..18
 * @param order whether contrast comes before saturation and hue, or after
 */
public record ColorChange(
    float brightness, float contrast, float saturation, int hue, Order order)
    implements Recolouring {
  /** Where contrast stands. */
  public enum Order {
    CONTRAST_FIRST,
    CONTRAST_LAST
  }

  public ColorChange {
    Objects.requireNonNull(order, "order");
  }

  @Override
  public RgbImage of(RgbImage image) {
    return ColorRenderer.render(image, this);
  }
}
