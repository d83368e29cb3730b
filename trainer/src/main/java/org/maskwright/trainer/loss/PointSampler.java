package org.maskwright.trainer.loss;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.fused.PointSampling;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.HostRead;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.trainer.match.Matches;

/**
 * Where the losses of matched masks are sampled: {@code oversample} times as many points as are
 * needed are drawn, those kept whose sampled logit is nearest to 0 for {@code importance} of them,
 * and the rest drawn anew. Each frame has points of its own.
 *
 * <p><b>Source</b> PointRend (arXiv 1912.08193), section 3.1
 */
record PointSampler(Sampling sampling, PointSource source, Decisions decisions) {
  /** P. */
  int count() {
    return sampling.required();
  }

  /** How many are drawn to choose the uncertain ones among. */
  private int oversampled() {
    return (int) (count() * sampling.oversample());
  }

  /** How many of P are chosen where the prediction is uncertain. */
  private int uncertain() {
    return (int) (count() * sampling.importance());
  }

  /**
   * Points [m,P,2] of masks [m,1,h,w], the T frames of a pair in a row; the same whenever the step
   * is computed again.
   */
  float[] choose(Tensor masks, Matches matches, int frames) {
    return decisions.once(float[].class, () -> chosen(masks, matches, frames));
  }

  /**
   * Whether {@link #chooseOnDevice} is for these masks: points are chosen by logits that the host
   * would have to wait for.
   */
  boolean choosesOnDevice(Tensor masks) {
    return source.allowsImportanceSampling() && masks.engine().device().kind() != Device.Kind.CPU;
  }

  /** Candidates [m,R,2]: first those to choose among, then those that are kept unseen. */
  float[] candidates(Matches matches, int frames) {
    int drawn = oversampled() + count() - uncertain();
    Draw draw = drawOf(matches, frames);
    int rows = matches.count() * frames;
    float[] out = new float[Math.multiplyExact(rows, 2 * drawn)];
    Parallel.forEach(
        rows, i -> System.arraycopy(draw.points(i, drawn), 0, out, i * 2 * drawn, 2 * drawn));
    return out;
  }

  /**
   * Which of the {@link #candidates} {@link #choose} would take, int64 [m,P]; of logits that are
   * equally near to 0 any. What is remembered of it for the step's next computation reaches the
   * host with what else it reads.
   *
   * @param masks [m,1,h,w]
   * @param candidates [m,R,2]
   */
  Tensor chooseOnDevice(Tensor masks, Tensor candidates) {
    Engine engine = masks.engine();
    int oversampled = oversampled();
    return engine.tidy(
        scope -> {
          AtomicReference<Tensor> made = new AtomicReference<>();
          HostRead kept =
              decisions.once(
                  HostRead.class,
                  () -> {
                    made.set(nearest(masks, candidates.slice(1, 0, oversampled)));
                    return made.get().readLater();
                  });
          Tensor nearest = made.get();
          if (nearest == null) {
            nearest =
                engine
                    .floats(kept.values(), masks.size(0), uncertain())
                    .cast(DType.INT64); // whole numbers below 2^24
          }
          Tensor unseen = engine.arange(oversampled, candidates.size(1)).unsqueeze(0);
          return Tensor.concat(1, nearest, unseen.expand(masks.size(0), -1)); // [m,P]
        });
  }

  private Tensor nearest(Tensor masks, Tensor points) {
    try (var off = masks.engine().noGrad()) {
      return PointSampling.sample(masks, points).squeeze(1).abs().neg().topK(uncertain())[1];
    }
  }

  private float[] chosen(Tensor masks, Matches matches, int frames) {
    int count = sampling.required();
    float[] out = new float[Math.multiplyExact(masks.intSize(0), 2 * count)];
    Draw draw = drawOf(matches, frames);
    int all = masks.intSize(0);
    if (source.allowsImportanceSampling()) {
      // Output by output takes less memory; from a device all logits come in one transfer.
      int at = choosesOnDevice(masks) ? all : matches.perOutput() * frames;
      for (int first = 0; first < all; first += at) {
        chooseUncertain(masks.slice(0, first, first + at), first, draw, out);
      }
    } else {
      for (int i = 0; i < all; i++) {
        System.arraycopy(draw.points(i, count), 0, out, i * count * 2, count * 2);
      }
    }
    return out;
  }

  /** Uniform points of each row of the masks, for targets that are known at places of their own. */
  IntFunction<PointSource.Uniform> uniform(Matches matches, int frames) {
    Draw draw = drawOf(matches, frames);
    return row -> count -> draw.points(row, count);
  }

  /** Random points of a row. */
  private interface Draw {
    float[] points(int row, int count);
  }

  private Draw drawOf(Matches matches, int frames) {
    int[] images = matches.images();
    int[] numbers = matches.numbers();
    int perOutput = matches.perOutput();
    return (row, count) -> {
      int pair = row / frames;
      return source.forLoss(pair / perOutput, images[pair], numbers[pair], row % frames, count);
    };
  }

  /** The points of some masks, of which the first is a row. */
  private void chooseUncertain(Tensor masks, int first, Draw draw, float[] points) {
    int count = count();
    int candidates = oversampled();
    int uncertain = uncertain();
    int fresh = count - uncertain;
    int n = masks.intSize(0);
    float[] drawn = new float[Math.multiplyExact(n, 2 * candidates)];
    Parallel.forEach(
        n,
        i -> {
          float[] own = draw.points(first + i, candidates + fresh);
          System.arraycopy(own, 0, drawn, i * 2 * candidates, 2 * candidates);
          System.arraycopy(
              own, 2 * candidates, points, ((first + i) * count + uncertain) * 2, 2 * fresh);
        });
    Engine engine = masks.engine();
    float[] logits;
    try (var off = engine.noGrad();
        var scope = engine.scope()) {
      logits = PointSampling.sample(masks, engine.floats(drawn, n, candidates, 2)).toFloats();
    }
    Parallel.forEach(
        n,
        i -> {
          int to = (first + i) * count * 2;
          int[] nearest = NearestToZero.select(logits, i * candidates, candidates, uncertain);
          for (int j = 0; j < uncertain; j++) {
            points[to + 2 * j] = drawn[2 * (i * candidates + nearest[j])];
            points[to + 2 * j + 1] = drawn[2 * (i * candidates + nearest[j]) + 1];
          }
        });
  }
}
