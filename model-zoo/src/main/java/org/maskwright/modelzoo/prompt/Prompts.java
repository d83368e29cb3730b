package org.maskwright.modelzoo.prompt;

import java.util.Optional;
import org.maskwright.engine.tensor.Tensor;

/**
 * Prompts for P objects of the images of a batch. All have as many points, some of them padding,
 * and all have a box or none has; so for masks.
 *
 * <p><b>Places</b> are in pixels of the network's padded input and continuous: the middle of pixel
 * i is i + 0.5. Segment Anything shifts the corners of boxes by this half too.
 *
 * <p>Padding is not nothing to the network, which was trained with one such point behind the others
 * of a prompt without a box: answers to padded prompts differ a little from those to prompts asked
 * alone.
 *
 * @param images [P] which image of the batch each object is in
 * @param points [P,N,2] as x, y
 * @param labels [P,N]: {@link #OBJECT}, {@link #BACKGROUND} or {@link #PADDING}
 * @param count N, 0 or more
 * @param boxes [P,4] as x0, y0, x1, y1
 * @param masks [P,1,4h,4w] logits, such as those of an earlier answer, of an image whose features
 *     are a map of h x w
 */
@SuppressWarnings("ArrayRecordComponent") // read once, by the decoder
public record Prompts(
    int[] images,
    float[] points,
    int[] labels,
    int count,
    Optional<float[]> boxes,
    Optional<Tensor> masks) {
  /** The point is on the object. */
  public static final int OBJECT = 1;

  /** The point is not on the object. */
  public static final int BACKGROUND = 0;

  /** There is no point. */
  public static final int PADDING = -1;

  /** Checks the lengths and labels. */
  public Prompts {
    int size = images.length;
    require(size > 0, "at least one object", "none");
    require(count >= 0, "0 or more points of an object", count);
    requireLength("points [P,N,2]", points.length, 2L * size * count);
    requireLength("labels [P,N]", labels.length, (long) size * count);
    boxes.ifPresent(values -> requireLength("boxes [P,4]", values.length, 4L * size));
    for (int label : labels) {
      require(label >= PADDING && label <= OBJECT, "labels 1, 0 or -1", label);
    }
    masks.ifPresent(
        m -> require(m.rank() == 4 && m.size(0) == size && m.size(1) == 1, "masks [P,1,h,w]", m));
  }

  private static void requireLength(String what, int got, long expected) {
    require(got == expected, what + " of " + expected + " numbers", got);
  }

  private static void require(boolean fits, String expected, Object got) {
    if (!fits) {
      throw new IllegalArgumentException("prompts: expected " + expected + ", got " + got);
    }
  }

  /** P, the number of objects. */
  public int size() {
    return images.length;
  }

  /** Prompts of N points for each of P objects. */
  public static Prompts ofPoints(int[] images, float[] points, int[] labels) {
    int count = images.length == 0 ? 0 : labels.length / images.length;
    return new Prompts(images, points, labels, count, Optional.empty(), Optional.empty());
  }

  /** Prompts of a box for each of P objects. */
  public static Prompts ofBoxes(int[] images, float[] boxes) {
    return new Prompts(images, new float[0], new int[0], 0, Optional.of(boxes), Optional.empty());
  }

  /** The same with masks. */
  public Prompts withMasks(Tensor logits) {
    return new Prompts(images, points, labels, count, boxes, Optional.of(logits));
  }
}
