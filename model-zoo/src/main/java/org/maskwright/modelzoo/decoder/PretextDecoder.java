package org.maskwright.modelzoo.decoder;

import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * What a pretraining has besides the backbone and keeps with the model, such as the decoder of a
 * masked autoencoder or the heads of a contrast. It learns from pictures and says nothing of what
 * is in them: its task and its kind of result call what it does by methods of its own.
 *
 * <p>Differs from what a task's own module has besides the model: that is resumed, but no part of
 * the model.
 */
public abstract class PretextDecoder extends MaskDecoder {
  private final String name;
  private final ClassSpace classes;

  /**
   * A decoder of an engine.
   *
   * @param name of its kind, for messages
   * @param classes that it was made for, whether or not it tells them apart
   */
  protected PretextDecoder(Engine engine, String name, ClassSpace classes) {
    super(engine);
    this.name = name;
    this.classes = classes;
  }

  @Override
  public ClassSpace classSpace() {
    return classes;
  }

  /** As many as there are classes, so that none is missed: it finds no object. */
  @Override
  public int queries() {
    return classes.size();
  }

  /** The backbone's finest map, so that there is a shape to look at. */
  @Override
  public Outputs.Layer example(PixelFeatures features) {
    return new Outputs.Layer(Optional.empty(), features.maskFeatures().unsqueeze(2));
  }

  /**
   * Always refuses.
   *
   * @throws IllegalStateException as it says nothing of a picture's segments
   */
  @Override
  public Outputs forward(PixelFeatures features) {
    throw new IllegalStateException(
        "model: expected a mask decoder that finds segments, got %s, which is for pretraining; its backbone is what another model starts from, by init.backbone"
            .formatted(name));
  }

  /**
   * Always refuses.
   *
   * @throws IllegalStateException as {@link #forward}
   */
  @Override
  public Outputs predict(PixelFeatures features) {
    return forward(features);
  }
}
