package org.maskwright.trainer.pretext;

import java.util.List;
import org.maskwright.datasets.ImageId;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.pretext.MaskedAutoencoder;
import org.maskwright.modelzoo.pretext.PatchMask;
import org.maskwright.trainer.config.ConfigException;

/**
 * The largest square of whole patches in the middle of a picture, and which of its patches are
 * hidden: the same ones whenever the picture is looked at.
 *
 * @param x its left edge in pixels of the input
 * @param y its upper edge in pixels of the input
 * @param side in pixels of the input
 * @param patch side of a patch
 */
record SquareView(int x, int y, int side, int patch) {
  private static final RandomStream RANDOM = RandomStream.of(0, "evaluated-patches");

  static SquareView of(SegmentationModel model, ImageFrame frame) {
    int patch = ((MaskedAutoencoder) model.decoder()).patch();
    int side = Math.min(frame.contentHeight(), frame.contentWidth()) / patch * patch;
    if (side < 2 * patch) {
      throw new ConfigException(
          "eval.short-edge: expected at least %d pixels, two patches, for a picture of which some is hidden; an image is %d x %d"
              .formatted(2 * patch, frame.contentWidth(), frame.contentHeight()));
    }
    return new SquareView(
        (frame.contentWidth() - side) / 2, (frame.contentHeight() - side) / 2, side, patch);
  }

  /** Rows of patches. */
  int rows() {
    return side / patch;
  }

  /** Hidden as of the image and not of its place, so that parts of a data set have the same. */
  PatchMask mask(ImageId image, double share) {
    RandomStream random = RANDOM.fork(image.toString().hashCode());
    return PatchMask.of(List.of(random.uniform(rows() * rows(), 0, 1)), share);
  }

  /** The square of planes [C,h,w]: [1,C,S,S]. */
  Tensor pixels(Engine engine, float[] planes, ImageFrame frame) {
    int width = frame.contentWidth();
    int plane = width * frame.contentHeight();
    int channels = planes.length / plane;
    float[] out = new float[channels * side * side];
    for (int c = 0; c < channels; c++) {
      for (int row = 0; row < side; row++) {
        System.arraycopy(
            planes, c * plane + (y + row) * width + x, out, (c * side + row) * side, side);
      }
    }
    return engine.floats(out, 1, channels, side, side);
  }
}
