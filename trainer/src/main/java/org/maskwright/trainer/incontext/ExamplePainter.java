package org.maskwright.trainer.incontext;

import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.image.BilinearResize;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.InContextDecoder;
import org.maskwright.modelzoo.decoder.InContextDecoder.Meaning;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;

/**
 * Asks a model that answers by examples about a picture: the colours that it paints. Pictures are
 * squares of S x S, the side that the model's canvases have; what is painted likewise.
 *
 * <p><b>Source</b> SegGPT (arXiv 2304.03284), section 3.3; official code, seggpt_engine.py.
 * <b>Differs:</b> photographs are resized with a triangle filter, not a cubic one
 *
 * <p><b>Threads</b> one at a time: the model is shared.
 */
final class ExamplePainter {
  private static final int COLOURS = 3;
  private final SegmentationModel model;
  private final InContextDecoder decoder;
  private final Normalization normalization;
  private final int side;

  /**
   * An example as the model sees it.
   *
   * @param picture [3,S,S], normalised
   * @param painted [3,S,S], normalised
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Example(float[] picture, float[] painted) {}

  ExamplePainter(SegmentationModel model, Normalization normalization) {
    this.model = model;
    this.decoder = InContextModels.decoder(model);
    this.normalization = normalization;
    this.side = InContextModels.side(model);
  }

  /** S. */
  int side() {
    return side;
  }

  /** The example that the model has learnt, if it has one. */
  Optional<Example> own() {
    return decoder
        .ownExample()
        .map(
            own ->
                new Example(own.picture().tensor().toFloats(), own.painted().tensor().toFloats()));
  }

  /** A photograph as the model sees it: [3,S,S], normalised. */
  float[] picture(RgbImage photograph) {
    byte[] rgb = BilinearResize.resize(photograph, side, side).data();
    float[] out = new float[COLOURS * side * side];
    for (int p = 0; p < side * side; p++) {
      for (int c = 0; c < COLOURS; c++) {
        out[c * side * side + p] =
            ((rgb[p * COLOURS + c] & 0xff) - normalization.mean(c)) / normalization.std(c);
      }
    }
    return out;
  }

  /**
   * Painted places as the model sees them: [3,S,S], normalised.
   *
   * @param colours of each of S x S places, 0xRRGGBB
   */
  float[] painted(int[] colours) {
    float[] out = new float[COLOURS * side * side];
    for (int p = 0; p < side * side; p++) {
      for (int c = 0; c < COLOURS; c++) {
        out[c * side * side + p] = CanvasDraw.normalised(colours[p], c, normalization);
      }
    }
    return out;
  }

  /**
   * What the model paints of a picture.
   *
   * @param picture [3,S,S], normalised
   * @param examples at least one; of several what attention gives the picture is averaged
   * @return [3,S,S] in units of 0..255, which it may leave
   */
  float[] paint(float[] picture, List<Example> examples, Meaning meaning) {
    Engine engine = model.engine();
    model.setTraining(false);
    try (var off = engine.noGrad();
        var scope = engine.scope()) {
      int count = examples.size();
      int plane = side * side;
      float[] canvases = new float[count * 2 * COLOURS * 2 * plane];
      for (int i = 0; i < count; i++) {
        Example example = examples.get(i);
        for (int c = 0; c < COLOURS; c++) {
          int at = (i * 2 * COLOURS + c) * 2 * plane;
          System.arraycopy(example.picture(), c * plane, canvases, at, plane);
          System.arraycopy(picture, c * plane, canvases, at + plane, plane);
          at += COLOURS * 2 * plane;
          System.arraycopy(example.painted(), c * plane, canvases, at, plane);
          System.arraycopy(example.painted(), c * plane, canvases, at + plane, plane); // hidden
        }
      }
      Tensor pixels = engine.floats(canvases, 2L * count, COLOURS, 2L * side, side);
      PixelFeatures features = model.features(pixels).ofClips(2);
      int rows = 2 * side / InContextModels.patch(model);
      Tensor hidden =
          InContextModels.hidden(engine, PatchMasks.lowerHalf(rows, rows / 2), /* canvases= */ 1);
      Tensor answer =
          count == 1
              ? decoder.paint(features, hidden, meaning)
              : decoder.paintTogether(features, hidden, meaning);
      float[] out =
          answer.slice(0, 0, 1).slice(2, side, 2L * side).reshape(COLOURS, plane).toFloats();
      for (int p = 0; p < out.length; p++) {
        int c = p / plane;
        out[p] = out[p] * normalization.std(c) + normalization.mean(c);
      }
      return out;
    }
  }

  /** Of each of S x S places the number of the colour that is nearest to what was painted. */
  int[] nearest(float[] painted, int[] colours) {
    int plane = side * side;
    int[] out = new int[plane];
    for (int p = 0; p < plane; p++) {
      out[p] =
          PaintColours.nearest(painted[p], painted[plane + p], painted[2 * plane + p], colours);
    }
    return out;
  }
}
