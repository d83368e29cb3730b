package org.maskwright.trainer.eval;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.ResultKind;

/**
 * The frames of one video with their results, in order; a model that sees several at once answers
 * for some of them later.
 *
 * <p><b>Memory</b> the frames without an answer. <b>Threads</b> one at a time.
 *
 * @param <R> the result of a frame
 */
public final class PredictedFrames<R> {
  private final Predictor predictor;
  private final ResultKind<R> kind;
  private final VideoPass pass;
  private final Deque<Photograph> waiting = new ArrayDeque<>();

  /** Before the first frame of a video. */
  public PredictedFrames(Predictor predictor, ResultKind<R> kind, VideoPass pass) {
    this.predictor = predictor;
    this.kind = kind;
    this.pass = pass;
  }

  /**
   * Takes the next frame.
   *
   * @return those that are known now
   */
  public List<PredictedPhotograph<R>> next(SampleInfo info, Photograph frame) {
    waiting.add(frame);
    return answered(pass.next(predictor.prepared(new Sample(info, frame, List.of()))));
  }

  /** Those that are left; called once, after the last frame. */
  public List<PredictedPhotograph<R>> end() {
    return answered(pass.end());
  }

  private List<PredictedPhotograph<R>> answered(List<ImageOutputs> outputs) {
    List<PredictedPhotograph<R>> out = new ArrayList<>();
    for (ImageOutputs of : outputs) {
      out.add(PredictedPhotograph.whole(waiting.remove(), predictor.result(kind, of)));
    }
    return out;
  }
}
