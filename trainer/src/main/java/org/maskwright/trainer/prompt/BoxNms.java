package org.maskwright.trainer.prompt;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Suppression of boxes that overlap better ones, as torchvision's {@code nms} computes it in 32 bit:
 * a box's area is the product of the differences of its edges.
 */
final class BoxNms {
  private BoxNms() {}

  /**
   * Which boxes stay, best first; of equal scores the earlier one is the better.
   *
   * @param boxes of each left, top, right and bottom
   * @param threshold a box goes whose intersection over union with a better one that stays is above
   */
  static int[] keep(float[][] boxes, float[] scores, double threshold) {
    Integer[] order = IntStream.range(0, boxes.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparing((Integer i) -> scores[i]).reversed());
    boolean[] gone = new boolean[boxes.length];
    int[] kept = new int[boxes.length];
    int count = 0;
    for (int i = 0; i < order.length; i++) {
      int better = order[i];
      if (gone[better]) {
        continue;
      }
      kept[count++] = better;
      for (int j = i + 1; j < order.length; j++) {
        int other = order[j];
        gone[other] |= overlap(boxes[better], boxes[other]) > threshold;
      }
    }
    return Arrays.copyOf(kept, count);
  }

  private static float area(float[] box) {
    return (box[2] - box[0]) * (box[3] - box[1]);
  }

  private static float overlap(float[] a, float[] b) {
    float width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
    float height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
    float both = width * height;
    return both / (area(a) + area(b) - both);
  }
}
