package org.maskwright.modelzoo.pixeldecoder;

import java.util.List;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/** Mixes a backbone's maps into mask features and memory. */
public abstract class PixelDecoder extends Module {
  /** A pixel decoder of an engine. */
  protected PixelDecoder(Engine engine) {
    super(engine);
  }

  /**
   * Mask features and memory.
   *
   * @param features four maps [B,C_i,H/s,W/s], finest first, as a backbone gives them
   */
  public abstract PixelFeatures forward(List<Tensor> features);

  /** Channels of the memory. */
  public abstract int memoryChannels();
}
