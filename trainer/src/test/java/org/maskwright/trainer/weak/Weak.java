package org.maskwright.trainer.weak;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.mask.Box;
import org.maskwright.trainer.loss.Supervision;

/** Examples whose targets have masks, points, boxes or nothing. */
final class Weak {
  static final int SIDE = 32;
  static final PointLosses POINTS = new PointLosses(0, 12, 0.5, 0);
  static final BoxLosses BOXES = new BoxLosses(5, 2, 0.3, 0);

  private Weak() {}

  static WeakLabel box(double x, double y, double width, double height) {
    return WeakLabel.of(new Box(x, y, width, height));
  }

  /** Points at pixels; those before {@code outside} are inside. */
  static PointLabels points(int outside, double... pixels) {
    double[] xy = Arrays.stream(pixels).map(p -> p + 0.5).toArray();
    boolean[] inside = new boolean[xy.length / 2];
    Arrays.fill(inside, 0, outside, true);
    return PointLabels.of(xy, inside);
  }

  /** An image of nearly one colour; a target without a label is its left half, drawn. */
  static TrainingExample example(int[] classes, List<Optional<WeakLabel>> labels) {
    MaskStack masks = new MaskStack(classes.length, SIDE, SIDE);
    for (int n = 0; n < classes.length; n++) {
      for (int y = 0; labels.get(n).isEmpty() && y < SIDE; y++) {
        masks.setRow(n, y, 0, SIDE / 2);
      }
    }
    byte[] pixels = new byte[3 * SIDE * SIDE];
    Random random = new Random(5);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (100 + random.nextInt(5));
    }
    Size size = new Size(SIDE, SIDE);
    return new TrainingExample(
        new SampleInfo(ImageId.of(1), Path.of("a.png"), SIDE, SIDE),
        new PixelPlanes.Bytes(size, pixels),
        size,
        size,
        classes,
        masks,
        labels);
  }

  static Supervision supervision(int[] classes, List<Optional<WeakLabel>> labels) {
    return AnnotatedSupervision.of(
        example(classes, labels), SIDE, SIDE, POINTS, Optional.of(BOXES));
  }
}
