package org.maskwright.modelzoo.decoder;

import java.util.List;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.head.FixedClassHead;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * MaskFormer's per-pixel baseline: a 1x1 convolution of the mask features to K class scores, which
 * are the mask logits of K queries with a class each; weight [K,D,1,1], bias [K].
 *
 * <p><b>Source</b> MaskFormer (arXiv 2107.06278), section 4.1, PerPixelBaseline
 */
public final class PerPixelDecoder extends MaskDecoder {
  private final FixedClassHead classHead;
  private final Parameter weight;
  private final Parameter bias;

  /** Weight c2_msra_fill, bias 0. */
  public PerPixelDecoder(Engine engine, int maskDim, FixedClassHead classHead) {
    super(engine);
    this.classHead = classHead;
    int classes = classHead.space().size();
    weight =
        parameter("weight", Init.kaimingNormalFanOut(engine, initStream(), classes, maskDim, 1, 1));
    bias = parameter("bias", engine.zeros(classes));
  }

  @Override
  public ClassSpace classSpace() {
    return classHead.space();
  }

  @Override
  public int queries() {
    return classHead.space().size();
  }

  @Override
  public Outputs forward(PixelFeatures features) {
    Tensor maskFeatures = features.maskFeatures();
    Tensor scores = maskFeatures.conv2d(weight.tensor(), bias.tensor(), Conv2dSpec.of(1, 0));
    Outputs.Layer output =
        Outputs.Layer.ofImages(classHead.logits(maskFeatures.intSize(0)), scores);
    return new Outputs(List.of(output), classHead.maskScores());
  }

  /** The same: there is one layer. */
  @Override
  public Outputs predict(PixelFeatures features) {
    return forward(features);
  }
}
