package org.maskwright.trainer.eval;

import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.modelzoo.prediction.Outputs;

/** A model on its engine. */
public record ModelNetwork(SegmentationModel model) implements Network {
  @Override
  public int inputs() {
    return model.inputs();
  }

  @Override
  public ClassSpace classSpace() {
    return model.classSpace();
  }

  @Override
  public boolean classifiesPixels() {
    return model.config().decoder().classifiesPixels();
  }

  @Override
  public FamilyRules rules() {
    return model.config().decoder().rules();
  }

  @Override
  public int sizeDivisibility() {
    return model.config().sizeDivisibility();
  }

  @Override
  public Optional<Size> largest() {
    return Optional.empty();
  }

  @Override
  public ProcessGroup processes() {
    return model.engine().processes();
  }

  @Override
  public Seen run(float[] pixels, int height, int width, Optional<Layers> layers) {
    Engine engine = model.engine();
    model.setTraining(false);
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      Tensor input = engine.floats(pixels, 1, model.inputs(), height, width);
      int paddedHeight = model.paddedSize(height);
      int paddedWidth = model.paddedSize(width);
      Outputs predictions = layers.isPresent() ? model.forward(input) : model.predict(input);
      layers.ifPresent(l -> l.take(predictions, paddedHeight, paddedWidth));
      return new Seen(QueryOutputs.of(predictions.answer(), 0), paddedHeight, paddedWidth);
    }
  }
}
