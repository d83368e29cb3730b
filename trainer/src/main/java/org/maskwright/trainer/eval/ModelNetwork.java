package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.QueryDecoder;
import org.maskwright.modelzoo.decoder.QuerySource;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.QueryStates;

/** A model on its engine. */
public record ModelNetwork(SegmentationModel model) implements Network {
  /** Share of a query that comes from the frame before. */
  private static final float CARRIED = 0.5f;

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
  public Optional<SegmentationModel> prompted() {
    return model.config().decoder().takesPrompts() ? Optional.of(model) : Optional.empty();
  }

  @Override
  public boolean takesClips() {
    return model.config().decoder().takesClips();
  }

  @Override
  public boolean carriesQueries() {
    return model.decoder() instanceof QueryDecoder;
  }

  @Override
  public SeenClip runClip(
      float[] pixels, int frames, int height, int width, Optional<List<float[]>> before) {
    Engine engine = model.engine();
    model.setTraining(false);
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      Tensor input = engine.floats(pixels, frames, model.inputs(), height, width);
      Outputs predictions =
          before
              .map(states -> model.predict(input, frames, learned -> carried(learned, states)))
              .orElseGet(() -> model.predict(input, frames));
      List<QueryOutputs> seen = new ArrayList<>();
      for (int t = 0; t < frames; t++) {
        seen.add(QueryOutputs.of(predictions, 0, t));
      }
      return new SeenClip(
          seen, states(predictions), model.paddedSize(height), model.paddedSize(width));
    }
  }

  /** Each query starts half from what it was in the frame before, half from what it has learned. */
  private static QuerySource.Queries carried(QuerySource.Queries learned, List<float[]> before) {
    Tensor content = learned.content();
    int width = content.intSize(2);
    float[] flat = new float[before.size() * width];
    for (int q = 0; q < before.size(); q++) {
      System.arraycopy(before.get(q), 0, flat, q * width, width);
    }
    Tensor states = content.engine().floats(flat, 1, before.size(), width);
    return new QuerySource.Queries(
        content.mul(1 - CARRIED).add(states.mul(CARRIED)), learned.positions());
  }

  private static List<float[]> states(Outputs predictions) {
    return predictions
        .extra(QueryStates.class)
        .map(
            extra -> {
              int width = extra.states().intSize(2);
              float[] all = extra.states().select(0, 0).cast(DType.FLOAT32).toFloats();
              List<float[]> out = new ArrayList<>();
              for (int from = 0; from < all.length; from += width) {
                out.add(Arrays.copyOfRange(all, from, from + width));
              }
              return out;
            })
        .orElse(List.of());
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

  @Override
  public List<Seen> runAll(float[] pixels, int pictures, int height, int width) {
    Engine engine = model.engine();
    model.setTraining(false);
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      Tensor input = engine.floats(pixels, pictures, model.inputs(), height, width);
      Outputs answer = model.predict(input).answer();
      List<Seen> out = new ArrayList<>();
      for (int b = 0; b < pictures; b++) {
        out.add(
            new Seen(
                QueryOutputs.of(answer, b), model.paddedSize(height), model.paddedSize(width)));
      }
      return out;
    }
  }
}
