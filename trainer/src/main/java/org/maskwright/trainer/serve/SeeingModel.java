package org.maskwright.trainer.serve;

import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.run.SharedModel;

/** A model that says what it sees in a picture, for a {@link ModelQueue}. */
record SeeingModel(SharedModel model)
    implements ServedModel<SharedModel.Waiting, SharedModel.Seen> {
  static SeeingModel open(Engine engine, Prediction prediction) {
    return new SeeingModel(SharedModel.open(engine, prediction));
  }

  @Override
  public Optional<?> batch(SharedModel.Waiting picture) {
    return picture.alike();
  }

  @Override
  public List<SharedModel.Seen> run(List<SharedModel.Waiting> pictures) {
    return model.run(pictures);
  }

  @Override
  public void close() {
    model.close();
  }
}
