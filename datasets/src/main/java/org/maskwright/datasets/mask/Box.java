package org.maskwright.datasets.mask;

/**
 * An axis-parallel box in pixels: left, top, width, height, as COCO writes it.
 *
 * <p>Overlaps use no "+1": a box from 0 to 10 is 10 wide. The order of the floating-point
 * operations is the official one, because ratios such as 0.9 meet thresholds exactly.
 */
public record Box(double x, double y, double width, double height) {
  public static final Box EMPTY = new Box(0, 0, 0, 0);

  public double area() {
    return width * height;
  }

  /** Intersection over union, in [0, 1]; 0 for boxes that do not meet. */
  public double iou(Box other) {
    double overlap = overlap(other);
    return overlap == 0 ? 0 : overlap / (width * height + other.width * other.height - overlap);
  }

  /** Intersection over this box's own area: the IoU of a detection (this) with a crowd region. */
  public double iouWithCrowd(Box crowd) {
    double overlap = overlap(crowd);
    return overlap == 0 ? 0 : overlap / (width * height);
  }

  private double overlap(Box other) {
    double w = Math.min(width + x, other.width + other.x) - Math.max(x, other.x);
    if (w <= 0) {
      return 0;
    }
    double h = Math.min(height + y, other.height + other.y) - Math.max(y, other.y);
    return h <= 0 ? 0 : w * h;
  }
}
