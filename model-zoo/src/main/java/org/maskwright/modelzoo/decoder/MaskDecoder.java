package org.maskwright.modelzoo.decoder;

import java.util.Optional;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * Pixel features to classes and masks of Q queries: learned ones that attend to the features, or
 * one for each class.
 */
public abstract class MaskDecoder extends Module {
  /** A decoder of an engine. */
  protected MaskDecoder(Engine engine) {
    super(engine);
  }

  /** Outputs with the outputs of every layer, for supervision of all of them. */
  public abstract Outputs forward(PixelFeatures features);

  /**
   * The last layer's predictions alone: the same values as {@link #forward} gives but for rounding,
   * without computing the other layers' masks. Where masks are functions of the place, {@link
   * Outputs#answer} has those of the model's answer.
   */
  public abstract Outputs predict(PixelFeatures features);

  /** An answer to look at the shapes of: of a decoder that takes prompts that to a point. */
  public Outputs.Layer example(PixelFeatures features) {
    return predict(features).last();
  }

  /**
   * Told before a training and after each of its steps what share of it is done, in [0,1]: for
   * decoders that change on the way.
   */
  public void trainedTo(double progress) {}

  /** Q: an image can have at most so many objects. */
  public abstract int queries();

  /**
   * The head that tells the classes of its queries, if that is all that depends on which classes
   * there are: then it may speak others.
   */
  public Optional<ClassHead> classHead() {
    return Optional.empty();
  }

  /** The classes that it tells apart. */
  public abstract ClassSpace classSpace();
}
