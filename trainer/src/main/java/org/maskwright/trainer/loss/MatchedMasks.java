package org.maskwright.trainer.loss;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.fused.PointSampling;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.PointMasks;
import org.maskwright.trainer.match.Matches;

/**
 * The mask logits of all matched pairs, each frame for itself; those of a last output that are
 * functions of the place ({@link PointMasks}) are asked where they are needed.
 */
final class MatchedMasks {
  private final Outputs predictions;
  private final List<? extends Supervision> targets;
  private final Matches matches;
  private final Optional<PointMasks> functions;
  private final Tensor maps; // [m,1,h,w]

  MatchedMasks(Outputs predictions, List<? extends Supervision> targets, Matches matches) {
    this.predictions = predictions;
    this.targets = targets;
    this.matches = matches;
    this.functions = predictions.extra(PointMasks.class);
    Tensor chosen = predictions.chosenMasks(matches.rows()); // [n,T,h,w]
    this.maps = chosen.reshape(-1, 1, chosen.size(2), chosen.size(3));
  }

  /** The masks as maps [m,1,h,w]; of functions what stands for them in matching. */
  Tensor maps() {
    return maps;
  }

  /** m, pairs times frames. */
  int rows() {
    return maps.intSize(0);
  }

  private int frames() {
    return predictions.last().frames();
  }

  /**
   * Logits [m,P] of all masks at points of their own, float32.
   *
   * @param at [m,P,2]
   */
  Tensor at(Tensor at) {
    if (functions.isEmpty()) {
      return PointSampling.sample(maps, at).squeeze(1).cast(DType.FLOAT32);
    }
    int last = rows() - matches.perOutput();
    Tensor before =
        PointSampling.sample(maps.slice(0, 0, last), at.slice(0, 0, last))
            .squeeze(1)
            .cast(DType.FLOAT32);
    return Tensor.concat(0, before, last(functions.get(), at.slice(0, last, rows())));
  }

  /** Logits of the last output's masks, which are functions, at points of their own. */
  private Tensor last(PointMasks masks, Tensor points) {
    int output = predictions.layers().size() - 1;
    int first = output * matches.perOutput();
    int[] target = matches.targets();
    int[] image = matches.images();
    int[] classes =
        IntStream.range(first, first + matches.perOutput())
            .map(i -> targets.get(image[i]).category(target[i]))
            .toArray();
    return masks.logits(matches.rows().get(output), classes, points);
  }

  /** The masks of an output's pairs at the size of its mask logits, float32 [m,1,h,w]. */
  Tensor of(int output) {
    int perOutput = matches.perOutput() * frames();
    Tensor own =
        maps.slice(0, (long) output * perOutput, (output + 1L) * perOutput).cast(DType.FLOAT32);
    if (functions.isEmpty() || output < predictions.layers().size() - 1) {
      return own;
    }
    float[] middles = PointSampling.middles(own.intSize(2), own.intSize(3));
    Tensor grid = own.engine().floats(middles, 1, own.size(2) * own.size(3), 2);
    return last(functions.get(), grid.expand(perOutput, -1, -1))
        .reshape(perOutput, 1, own.size(2), own.size(3));
  }
}
