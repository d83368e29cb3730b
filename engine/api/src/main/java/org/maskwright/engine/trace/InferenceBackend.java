package org.maskwright.engine.trace;

import java.util.List;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.spi.AdamWArrays;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.UnaryOp;

/** A backend without the primitives of training: each is an error. */
abstract class InferenceBackend implements Backend {
  private static EngineException training(String what) {
    return new EngineException(
        "recording: expected inference, got "
            + what
            + ", which trains; call model.setTraining(false) and record without gradient");
  }

  @Override
  public final void addInto(DeviceArray target, DeviceArray source) {
    throw training("a sum of gradients");
  }

  @Override
  public final void axpbyInto(
      DeviceArray target, double factor, DeviceArray source, double sourceFactor) {
    throw training("an update in place");
  }

  @Override
  public final void sliceInto(
      DeviceArray target, int dim, long start, long end, long step, DeviceArray source) {
    throw training("the gradient of a slice");
  }

  @Override
  public final void addSliceInto(
      DeviceArray target, int dim, long start, long end, long step, DeviceArray source) {
    throw training("the gradient of a slice");
  }

  @Override
  public final void adamW(List<AdamWArrays> parameters, AdamWStep step) {
    throw training("AdamW");
  }

  @Override
  public final DeviceArray unaryBackward(
      UnaryOp op, DeviceArray grad, DeviceArray x, DeviceArray y) {
    throw training("the gradient of " + op);
  }

  @Override
  public final DeviceArray[] linearBackward(
      DeviceArray grad, DeviceArray x, DeviceArray w, boolean needX, boolean needW, boolean needB) {
    throw training("the gradient of a linear layer");
  }

  @Override
  public final DeviceArray[] conv2dBackward(
      DeviceArray grad,
      DeviceArray x,
      DeviceArray w,
      Conv2dSpec spec,
      boolean needX,
      boolean needW,
      boolean needB) {
    throw training("the gradient of a convolution");
  }

  @Override
  public final DeviceArray maxPool2dBackward(
      DeviceArray grad, DeviceArray x, DeviceArray indices, Pool2dSpec spec) {
    throw training("the gradient of a pooling");
  }

  @Override
  public final DeviceArray avgPool2dBackward(DeviceArray grad, DeviceArray x, Pool2dSpec spec) {
    throw training("the gradient of a pooling");
  }

  @Override
  public final DeviceArray[] layerNormBackward(
      DeviceArray grad,
      DeviceArray x,
      DeviceArray mean,
      DeviceArray rstd,
      DeviceArray w,
      boolean needX,
      boolean needWB) {
    throw training("the gradient of a normalisation");
  }

  @Override
  public final DeviceArray[] groupNormBackward(
      DeviceArray grad,
      DeviceArray x,
      int groups,
      DeviceArray mean,
      DeviceArray rstd,
      DeviceArray w,
      boolean needX,
      boolean needWB) {
    throw training("the gradient of a normalisation");
  }

  @Override
  public final DeviceArray[] batchNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps) {
    throw training("a normalisation by the batch");
  }

  @Override
  public final DeviceArray[] batchNormBackward(
      DeviceArray grad,
      DeviceArray x,
      DeviceArray mean,
      DeviceArray rstd,
      DeviceArray w,
      boolean needX,
      boolean needWB) {
    throw training("the gradient of a normalisation");
  }

  @Override
  public final DeviceArray softmaxBackward(DeviceArray grad, DeviceArray y, int dim) {
    throw training("the gradient of a softmax");
  }

  @Override
  public final DeviceArray logSoftmaxBackward(DeviceArray grad, DeviceArray y, int dim) {
    throw training("the gradient of a softmax");
  }

  @Override
  public final DeviceArray resizeBackward(
      DeviceArray grad, int height, int width, ResizeMode mode) {
    throw training("the gradient of a resize");
  }

  @Override
  public final DeviceArray[] gridSampleBackward(
      DeviceArray grad, DeviceArray x, DeviceArray grid, boolean needX, boolean needGrid) {
    throw training("the gradient of sampling");
  }
}
