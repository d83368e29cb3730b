package org.maskwright.modelzoo.head;

import org.maskwright.engine.array.Precision;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * Places of an image or a box as sines and cosines of random frequencies, which are drawn once and
 * stored with the weights. Differs from sine positions in that any place has one, not only the
 * cells of a map.
 *
 * <p><b>Shapes</b> places [..,2] as (x,y) in [0,1]; result [..,2 F]
 *
 * <p><b>Maths</b> sin(v), then cos(v), of v = 2 pi (2 c - 1) G, G [2,F] normal with the deviation
 * that is given
 *
 * <p><b>Source</b> Fourier features (arXiv 2006.10739); Implicit PointRend (arXiv 2104.06404),
 * section 5; Segment Anything (arXiv 2304.02643), appendix A
 */
public final class FourierPositions extends Module {
  private final Parameter frequencies;

  /**
   * With frequencies from the engine's stream {@code init}.
   *
   * @param count F
   * @param deviation of the frequencies; 1 in both sources
   */
  public FourierPositions(Engine engine, int count, double deviation) {
    super(engine);
    frequencies =
        buffer(
            "positional_encoding_gaussian_matrix",
            engine.normal(initStream(), 0, deviation, 2, count));
  }

  /** Width of an encoding, 2 F. */
  public int width() {
    return 2 * Math.toIntExact(frequencies.shape()[1]);
  }

  /**
   * Encodings [..,2 F] of places [..,2]; in float32, as a place has more digits than the others.
   */
  public Tensor forward(Tensor places) {
    try (var float32 = engine().withPrecision(Precision.FP32)) {
      Tensor phases =
          places
              .mul(2)
              .sub(1)
              .linear(frequencies.tensor().transpose(0, 1), null)
              .mul(2 * Math.PI); // [..,F]
      return Tensor.concat(phases.rank() - 1, phases.sin(), phases.cos());
    }
  }
}
