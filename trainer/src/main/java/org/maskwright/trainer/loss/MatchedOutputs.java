package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.fused.PointSampling;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.trainer.match.Matches;

/**
 * What the terms of a loss are computed from: the outputs of a model for a batch, its targets, and
 * which query belongs to which target. What several terms need, such as logits at sampled points,
 * is computed once, when the first asks for it.
 *
 * <p>A video's frames are compared each for itself, and the losses of all frames added up
 * (Mask2Former for video, arXiv 2112.10764, section 2.2).
 */
public final class MatchedOutputs {
  private final Outputs predictions;
  private final List<? extends Supervision> targets;
  private final StepNormalizers step;
  private final Supplier<Matches> match;
  private final PointSampler sampler;
  private Matches matches;
  private Tensor masks;
  private Tensor noMasks;
  private Samples atPoints;
  private List<Samples> onGrid;
  private String term; // whose losses are being computed
  private boolean weighed; // whether it has asked for the weights of images

  MatchedOutputs(
      Outputs predictions,
      List<? extends Supervision> targets,
      StepNormalizers step,
      Supplier<Matches> match,
      PointSampler sampler) {
    this.predictions = predictions;
    this.targets = targets;
    this.step = step;
    this.match = match;
    this.sampler = sampler;
  }

  /** What the model says. */
  public Outputs predictions() {
    return predictions;
  }

  /** One for each image. */
  public List<? extends Supervision> targets() {
    return targets;
  }

  /** The losses of a term, each image with the weight that it gives the term. */
  Optional<Tensor> lossesOf(LossTerm of) {
    term = of.name();
    weighed = false;
    Optional<Tensor> losses = of.losses(this);
    if (!weighed && losses.isPresent() && imagesWeigh()) {
      throw new IllegalStateException(
          term
              + ": expected a term that weighs images, as the loss weights of a source ask for; compute it with atPoints or onGrid, or multiply each image's share by imageWeight");
    }
    return losses;
  }

  private boolean imagesWeigh() {
    return targets.stream().anyMatch(target -> target.termWeight(term) != 1);
  }

  /**
   * The factor on an image's share of the term that is being computed. {@link #atPoints} and {@link
   * #onGrid} have it in their results.
   */
  public double imageWeight(int image) {
    weighed = true;
    return targets.get(image).termWeight(term);
  }

  /** Of the whole step. */
  public StepNormalizers step() {
    return step;
  }

  /** Which query belongs to which target. */
  public Matches matches() {
    if (matches == null) {
      matches = match.get();
    }
    return matches;
  }

  /**
   * A loss of matched masks at sampled points, for {@link LossTerm#losses}.
   *
   * @param loss from logits and labels [m,P] to losses [m]
   * @return for each output [L] weight * sum of the losses / number of targets of the step
   */
  public Optional<Tensor> atPoints(double weight, Function<Samples, Tensor> loss) {
    return overPairs(
        weight,
        () -> {
          if (atPoints == null) {
            atPoints = samplesAtPoints();
          }
          return loss.apply(atPoints);
        });
  }

  /**
   * As {@link #atPoints} at every pixel of the padded image: predictions are up-sampled.
   *
   * @param loss from logits and labels [m,H*W] to losses [m]; called for one output after the other
   */
  public Optional<Tensor> onGrid(double weight, Function<Samples, Tensor> loss) {
    return overPairs(
        weight,
        () -> {
          if (onGrid == null) {
            onGrid = samplesOnGrid();
          }
          return Tensor.concat(0, onGrid.stream().map(loss).toArray(Tensor[]::new));
        });
  }

  private Optional<Tensor> overPairs(double weight, Supplier<Tensor> losses) {
    double count = step.get(StepNormalizers.MASKS);
    weighed = true;
    if (matches().count() == 0) {
      Tensor none = noMasks();
      return count == 0 ? Optional.empty() : Optional.of(none);
    }
    int outputs = predictions.layers().size();
    int perOutput = matches.perOutput() * frames();
    Tensor each = losses.get(); // [m]
    if (imagesWeigh()) {
      each = each.mul(weightsOfPairs(each));
    }
    return Optional.of(each.reshape(outputs, perOutput).sum(1).mul(weight / count));
  }

  /** The weight of the image of each pair and frame. */
  private Tensor weightsOfPairs(Tensor losses) {
    int[] image = matches.images();
    float[] out = new float[losses.intSize(0)];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) imageWeight(image[i / frames()]);
    }
    return losses.engine().floats(out, out.length);
  }

  /**
   * Zeros [L] that depend on a mask of each output, if a term of masks had no pair: the parameters
   * of masks then have a gradient, of zero, as in the official implementation, where the
   * optimiser's moments and weight decay go on.
   */
  Optional<Tensor> zeros() {
    return Optional.ofNullable(noMasks);
  }

  private Tensor noMasks() {
    if (noMasks == null) {
      List<long[]> first = Collections.nCopies(predictions.layers().size(), new long[] {0});
      noMasks =
          predictions
              .chosenMasks(first) // [L,T,h,w]
              .cast(DType.FLOAT32)
              .flatten(1, 3)
              .mul(0)
              .sum(1);
    }
    return noMasks;
  }

  private int frames() {
    return predictions.last().frames();
  }

  /** The masks of all pairs, each frame for itself: [m,1,h,w]. */
  private Tensor masks() {
    if (masks == null) {
      Tensor chosen = predictions.chosenMasks(matches().rows()); // [n,T,h,w]
      masks = chosen.reshape(-1, 1, chosen.size(2), chosen.size(3));
    }
    return masks;
  }

  private Samples samplesAtPoints() {
    float[] points = sampler.choose(masks(), matches(), frames());
    int count = sampler.count();
    int rows = masks.intSize(0);
    int[] target = matches.targets();
    int[] image = matches.images();
    int frames = frames();
    float[] labels = new float[Math.multiplyExact(rows, count)];
    float[] weights = weighted() ? new float[labels.length] : new float[0];
    Parallel.forEach(
        rows,
        i -> {
          Supervision of = targets.get(image[i / frames]);
          int n = target[i / frames];
          int at = i * count;
          of.labels(n, i % frames, points, 2 * at, count, labels, at);
          if (weights.length > 0) {
            of.weights(n, i % frames, points, 2 * at, count, weights, at);
          }
        });
    Engine engine = masks.engine();
    Tensor x =
        PointSampling.sample(masks, engine.floats(points, rows, count, 2))
            .squeeze(1)
            .cast(DType.FLOAT32); // [m,P]
    return samples(x, labels, weights);
  }

  /** Output by output: labels are as large as the images. */
  private List<Samples> samplesOnGrid() {
    Tensor all = masks().cast(DType.FLOAT32);
    int perOutput = matches.perOutput() * frames();
    List<Samples> out = new ArrayList<>();
    for (int l = 0; l < predictions.layers().size(); l++) {
      int first = l * perOutput;
      out.add(samplesOnGrid(all.slice(0, first, first + perOutput), first));
    }
    return out;
  }

  /** Of the masks [m,1,h,w] that begin at a row. */
  private Samples samplesOnGrid(Tensor part, int first) {
    int rows = part.intSize(0);
    int height = targets.get(0).height();
    int width = targets.get(0).width();
    int pixels = Math.multiplyExact(height, width);
    int[] target = matches.targets();
    int[] image = matches.images();
    int frames = frames();
    float[] labels = new float[Math.multiplyExact(rows, pixels)];
    float[] weights = weighted() ? new float[labels.length] : new float[0];
    Parallel.forEach(
        rows,
        i -> {
          int pair = (first + i) / frames;
          int frame = (first + i) % frames;
          Supervision of = targets.get(image[pair]);
          of.grid(target[pair], frame, height, width, labels, i * pixels);
          if (weights.length > 0) {
            of.gridWeights(target[pair], frame, height, width, weights, i * pixels);
          }
        });
    Tensor x = part.resize(height, width, ResizeMode.BILINEAR).flatten(1, 3); // [m,H*W]
    return samples(x, labels, weights);
  }

  private boolean weighted() {
    return targets.stream().anyMatch(Supervision::weighted);
  }

  private static Samples samples(Tensor logits, float[] labels, float[] weights) {
    Engine engine = logits.engine();
    long[] shape = logits.shape();
    Tensor t = engine.floats(labels, shape);
    return new Samples(
        logits,
        t,
        weights.length > 0 ? Optional.of(engine.floats(weights, shape)) : Optional.empty());
  }
}
