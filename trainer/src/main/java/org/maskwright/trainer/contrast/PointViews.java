package org.maskwright.trainer.contrast;

import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.ViewCrop;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.trainer.config.ConfigException;

/**
 * Two squares of a picture, at least half of the larger one in both, the second one mirrored and
 * with other brightness and contrast of each channel: the same ones whenever the picture is looked
 * at. Both are seen at one size.
 *
 * @param first in the resized picture, like the second
 * @param change factor and shift of each channel in the second view
 */
@SuppressWarnings("ArrayRecordComponent") // read only
record PointViews(ViewCrop first, ViewCrop second, float[] change) {
  private static final RandomStream RANDOM = RandomStream.of(0, "evaluated-points");
  private static final int LEAST = 32;
  private static final int TRIES = 100;
  private static final double SMALLEST = 0.6;

  /**
   * The views of a picture.
   *
   * @throws ConfigException if it is too small for them
   */
  static PointViews of(SegmentationModel model, ImageFrame frame, ImageId image) {
    int side = Math.min(frame.contentHeight(), frame.contentWidth());
    if (side < LEAST) {
      throw new ConfigException(
          "eval.short-edge: expected at least %d pixels for two views of a picture, image %s is %d x %d"
              .formatted(LEAST, image, frame.contentWidth(), frame.contentHeight()));
    }
    RandomStream random = RANDOM.fork(image.toString().hashCode());
    int seen = model.paddedSize(side);
    float[] change = new float[2 * model.inputs()];
    for (int c = 0; c < model.inputs(); c++) {
      change[2 * c] = (float) (0.6 + 0.8 * random.nextDouble());
      change[2 * c + 1] = (float) (random.nextDouble() - 0.5);
    }
    ViewCrop first = square(frame, side, seen, false, random);
    for (int i = 0; i < TRIES; i++) {
      ViewCrop second = square(frame, side, seen, true, random);
      if (first.overlap(second) >= Math.max(first.area(), second.area()) / 2) {
        return new PointViews(first, second, change);
      }
    }
    ViewCrop mirrored =
        new ViewCrop(
            first.picture(),
            first.x(),
            first.y(),
            first.width(),
            first.height(),
            true,
            first.view());
    return new PointViews(first, mirrored, change);
  }

  private static ViewCrop square(
      ImageFrame frame, int side, int seen, boolean flipped, RandomStream random) {
    int part = (int) (side * (SMALLEST + (1 - SMALLEST) * random.nextDouble()));
    return new ViewCrop(
        new Size(frame.contentWidth(), frame.contentHeight()),
        random.nextInt(frame.contentWidth() - part + 1),
        random.nextInt(frame.contentHeight() - part + 1),
        part,
        part,
        flipped,
        new Size(seen, seen));
  }

  /** Both views of planes [C,h,w]: [2,C,V,V]. */
  Tensor pixels(Engine engine, float[] planes) {
    Tensor a = pixels(engine, planes, first, null);
    return Tensor.concat(0, a, pixels(engine, planes, second, change));
  }

  private static Tensor pixels(Engine engine, float[] planes, ViewCrop crop, float[] change) {
    int width = crop.picture().width();
    int plane = width * crop.picture().height();
    int channels = planes.length / plane;
    int side = (int) crop.width();
    float[] out = new float[channels * side * side];
    for (int c = 0; c < channels; c++) {
      float factor = change == null ? 1 : change[2 * c];
      float shift = change == null ? 0 : change[2 * c + 1];
      for (int y = 0; y < side; y++) {
        int from = c * plane + ((int) crop.y() + y) * width + (int) crop.x();
        for (int x = 0; x < side; x++) {
          float value = planes[from + (crop.flipped() ? side - 1 - x : x)];
          out[(c * side + y) * side + x] = factor * value + shift;
        }
      }
    }
    return engine
        .floats(out, 1, channels, side, side)
        .resize(crop.view().height(), crop.view().width(), ResizeMode.BILINEAR);
  }
}
