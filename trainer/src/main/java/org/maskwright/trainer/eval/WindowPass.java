package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.VideoWindows;

/**
 * Windows of frames that overlap, each seen at once, the objects of one followed to the next by
 * {@link QueryFollower}. Of frames that two windows have, the first one's answer counts. With
 * queries that are carried over, a window is one frame, and its queries start from those of the
 * frame before.
 */
final class WindowPass implements VideoPass {
  private final Network network;
  private final Normalization normalization;
  private final int window; // 0: the whole video
  private final int overlap;
  private final boolean carried;
  private final QueryFollower follower;
  private final List<TrainingExample> frames = new ArrayList<>();
  private int answered; // of these, the first
  private Optional<List<float[]>> states = Optional.empty();

  private WindowPass(
      Network network, Normalization normalization, int window, int overlap, boolean carried) {
    this.network = network;
    this.normalization = normalization;
    this.window = window;
    this.overlap = overlap;
    this.carried = carried;
    this.follower = new QueryFollower(carried);
  }

  static WindowPass windows(Network network, Normalization normalization, VideoWindows windows) {
    return new WindowPass(
        network, normalization, windows.frames(), windows.overlap(), /* carried= */ false);
  }

  static WindowPass carried(Network network, Normalization normalization) {
    return new WindowPass(network, normalization, 1, 0, /* carried= */ true);
  }

  @Override
  public List<ImageOutputs> next(TrainingExample example) {
    if (!frames.isEmpty()) {
      TrainingExample first = frames.get(0);
      if (first.height() != example.height() || first.width() != example.width()) {
        throw DatasetException.ofFile(
            example.info().file(),
            "a frame of %d x %d pixels before the model, expected %d x %d as those before"
                .formatted(example.width(), example.height(), first.width(), first.height()));
      }
    }
    frames.add(example);
    return frames.size() == window ? run() : List.of();
  }

  @Override
  public List<ImageOutputs> end() {
    return frames.size() > answered ? run() : List.of();
  }

  private List<ImageOutputs> run() {
    TrainingExample first = frames.get(0);
    int length = network.inputs() * first.height() * first.width();
    float[] pixels = new float[Math.multiplyExact(length, frames.size())];
    for (int t = 0; t < frames.size(); t++) {
      frames.get(t).normalizeInto(normalization, 0, pixels, t * length);
    }
    Network.SeenClip seen =
        network.runClip(pixels, frames.size(), first.height(), first.width(), states);
    states = carried ? Optional.of(seen.states()) : Optional.empty();
    int[] objects = follower.follow(seen, answered);
    List<ImageOutputs> out = new ArrayList<>();
    for (int t = answered; t < frames.size(); t++) {
      out.add(
          new ImageOutputs(
              seen.frames().get(t).following(objects, network.takesClips()),
              Predictor.frame(frames.get(t), seen.paddedHeight(), seen.paddedWidth())));
    }
    frames.subList(0, Math.max(0, frames.size() - overlap)).clear();
    answered = frames.size();
    return out;
  }
}
