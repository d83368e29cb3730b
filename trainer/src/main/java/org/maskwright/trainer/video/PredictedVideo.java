package org.maskwright.trainer.video;

import java.util.List;
import org.maskwright.datasets.RgbImage;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.eval.PredictedPhotograph;
import org.maskwright.trainer.run.Prediction;

/** Frames as photographs, or in windows, whose segments are joined to tracks. */
final class PredictedVideo implements VideoModel {
  private final Prediction prediction;
  private final Prediction.FrameWishes wishes;

  /**
   * Of a model.
   *
   * @throws IllegalArgumentException if its results are not made of segments
   */
  PredictedVideo(Prediction prediction, Prediction.FrameWishes wishes) {
    if (prediction.kind().segmented().isEmpty()) {
      throw new IllegalArgumentException(
          "task: results of %s are not made of segments, which tracks are joined of"
              .formatted(prediction.kind().name()));
    }
    this.prediction = prediction;
    this.wishes = wishes;
  }

  @Override
  public ClassSpace classSpace() {
    return prediction.classSpace();
  }

  @Override
  public Opened open(Engine engine, String videos, Prediction.Progress progress) {
    Prediction.Opened model = prediction.open(engine, videos, wishes, progress);
    return new Opened() {
      @Override
      public Sight video() {
        return new Joined(model.video());
      }

      @Override
      public void close() {
        model.close();
      }
    };
  }

  private final class Joined implements Sight {
    private final Prediction.Sight sight;
    private final FrameJoiner joiner = new FrameJoiner();

    Joined(Prediction.Sight sight) {
      this.sight = sight;
    }

    @Override
    public List<Seen> next(Photograph frame) {
      return seen(sight.next(frame));
    }

    @Override
    public List<Seen> next(Photograph frame, RgbImage picture) {
      return seen(sight.next(frame, picture));
    }

    @Override
    public List<Seen> end() {
      return seen(sight.end());
    }

    @Override
    public int tracks() {
      return joiner.tracks();
    }

    private List<Seen> seen(List<? extends PredictedPhotograph<?>> frames) {
      return frames.stream().map(f -> new Seen(f.photograph(), () -> objects(f))).toList();
    }

    private List<TrackedObject> objects(PredictedPhotograph<?> seen) {
      boolean objects = prediction.kind().needsMasks();
      boolean all = prediction.kind().hasScores();
      return joiner.join(
          seen.drawn().segments(prediction.thresholds()),
          seen.photograph(),
          c -> objects && (all || prediction.classSpace().isThing(c)));
    }
  }
}
