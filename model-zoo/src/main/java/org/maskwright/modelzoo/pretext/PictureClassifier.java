package org.maskwright.modelzoo.pretext;

import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.decoder.PretextDecoder;
import org.maskwright.modelzoo.head.ClassSpace;

/** Tells the class of a picture, or how it is turned: one linear layer over its summary. */
public final class PictureClassifier extends PretextDecoder {
  /** Quarter turns that are told apart. */
  public static final int TURNS = 4;

  private final PictureClassesPart.Settings settings;
  private final Backbone backbone;
  private final Linear linear;

  /**
   * With the field's default initial values.
   *
   * @param backbone of the model, run but not owned
   */
  PictureClassifier(
      Engine engine, Backbone backbone, PictureClassesPart.Settings settings, ClassSpace classes) {
    super(engine, "picture-classes", classes);
    this.settings = settings;
    this.backbone = backbone;
    int outputs = settings.told() == PictureClassesPart.Told.ROTATIONS ? TURNS : classes.size();
    linear = child("linear", Linear.of(engine, backbone.summaryWidth(settings.summary()), outputs));
  }

  /**
   * Scores before the softmax.
   *
   * <p><b>Shapes</b> pixels [B,C,H,W], normalised and padded; result [B,K], or [B,4] of turns
   */
  public Tensor logits(Tensor pixels) {
    return engine().tidy(scope -> linear.forward(backbone.summary(pixels, settings.summary())));
  }
}
