package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.ResizeMode;
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
  private final double trained;
  private Matches matches;
  private MatchedMasks masks;
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
      PointSampler sampler,
      double trained) {
    this.predictions = predictions;
    this.targets = targets;
    this.step = step;
    this.match = match;
    this.sampler = sampler;
    this.trained = trained;
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
              + ": expected a term that weighs images, as the loss weights of a source ask for; compute it with atPoints, onGrid or overSaid, or multiply each image's share by imageWeight");
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

  /** The share of the training that is done, in [0,1]; 1 outside of a training. */
  public double trained() {
    return trained;
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

  /**
   * A loss of the matched pairs whose annotation says something of a type about the target.
   *
   * @param loss from mask logits [m,T,h,w] of one output and what is said of each of their targets
   *     to losses [m]
   * @return for each output [L] factor * sum of the losses; empty if the step has no target
   */
  public <E> Optional<Tensor> overSaid(
      Class<E> type, double factor, BiFunction<Tensor, List<E>, Tensor> loss) {
    weighed = true;
    if (matches().count() == 0) {
      Tensor none = noMasks();
      return step.get(StepNormalizers.MASKS) == 0 ? Optional.empty() : Optional.of(none);
    }
    int perOutput = matches.perOutput();
    int[] target = matches.targets();
    int[] image = matches.images();
    Tensor[] out = new Tensor[predictions.layers().size()];
    for (int l = 0; l < out.length; l++) {
      List<E> all = new ArrayList<>();
      long[] rows = new long[perOutput];
      float[] factors = new float[perOutput];
      for (int i = l * perOutput; i < (l + 1) * perOutput; i++) {
        Optional<E> one = targets.get(image[i]).said(target[i], type);
        if (one.isPresent()) {
          rows[all.size()] = i - (long) l * perOutput;
          factors[all.size()] = (float) (factor * pairWeight(image[i], target[i]));
          all.add(one.get());
        }
      }
      out[l] = all.isEmpty() ? noMasks().slice(0, l, l + 1L) : sum(l, rows, factors, all, loss);
    }
    return Optional.of(Tensor.concat(0, out));
  }

  /** The sum [1] of the losses of some pairs of an output, each times a factor. */
  private <E> Tensor sum(
      int output,
      long[] rows,
      float[] factors,
      List<E> said,
      BiFunction<Tensor, List<E>, Tensor> loss) {
    int n = said.size();
    Tensor all = masks().of(output); // [m*T,1,h,w]
    Engine engine = all.engine();
    Tensor chosen =
        all.reshape(-1, frames(), all.size(2), all.size(3))
            .indexSelect(0, engine.longs(Arrays.copyOf(rows, n), n)); // [n,T,h,w]
    Tensor weights = engine.floats(Arrays.copyOf(factors, n), n);
    return loss.apply(chosen, said).mul(weights).sum().reshape(1);
  }

  /**
   * A loss of the last output's matched queries, by their rows image * Q + query.
   *
   * @param loss from n rows to losses [n]
   * @return for each output [L] factor * sum of the losses, which is 0 but for the last; empty if
   *     nothing is matched
   */
  public Optional<Tensor> ofLastRows(double factor, Function<long[], Tensor> loss) {
    weighed = true;
    int outputs = predictions.layers().size();
    if (matches().perOutput() == 0) {
      return Optional.empty();
    }
    Tensor each = loss.apply(matches().rows().get(outputs - 1)); // [n]
    int first = (outputs - 1) * matches.perOutput();
    int[] target = matches.targets();
    int[] image = matches.images();
    float[] factors = new float[matches.perOutput()];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) (factor * pairWeight(image[first + i], target[first + i]));
    }
    Engine engine = each.engine();
    Tensor last = each.mul(engine.floats(factors, factors.length)).sum().reshape(1);
    return Optional.of(outputs == 1 ? last : Tensor.concat(0, engine.zeros(outputs - 1), last));
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
    if (imagesWeigh() || targetsWeigh()) {
      each = each.mul(weightsOfPairs(each));
    }
    return Optional.of(each.reshape(outputs, perOutput).sum(1).mul(weight / count));
  }

  private boolean targetsWeigh() {
    return targets.stream()
        .anyMatch(
            of -> IntStream.range(0, of.count()).anyMatch(n -> of.targetWeight(term, n) != 1));
  }

  private double pairWeight(int image, int target) {
    return imageWeight(image) * targets.get(image).targetWeight(term, target);
  }

  /** The weight of the image and the target of each pair and frame. */
  private Tensor weightsOfPairs(Tensor losses) {
    int[] image = matches.images();
    int[] target = matches.targets();
    float[] out = new float[losses.intSize(0)];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) pairWeight(image[i / frames()], target[i / frames()]);
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

  private MatchedMasks masks() {
    if (masks == null) {
      masks = new MatchedMasks(predictions, targets, matches());
    }
    return masks;
  }

  private Samples samplesAtPoints() {
    if (targets.stream().anyMatch(Supervision::placed)) {
      return samplesAtPlaces();
    }
    boolean chosenThere = sampler.choosesOnDevice(masks().maps());
    float[] points =
        chosenThere
            ? sampler.candidates(matches(), frames())
            : sampler.choose(masks.maps(), matches(), frames());
    int rows = masks.rows();
    int count = points.length / (2 * rows);
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
    return chosenThere
        ? chosen(points, count, labels, weights)
        : samples(logits(points, count), labels, weights);
  }

  /**
   * At those of the candidates that the device chooses: it has the labels of all, and none of its
   * logits comes to the host.
   */
  private Samples chosen(float[] candidates, int count, float[] labels, float[] weights) {
    Engine engine = masks.maps().engine();
    Tensor points = engine.floats(candidates, masks.rows(), count, 2);
    Tensor chosen = sampler.chooseOnDevice(masks.maps(), points); // [m,P]
    Tensor at = points.gather(1, chosen.unsqueeze(2).expand(-1, -1, 2)); // [m,P,2]
    long[] shape = {masks.rows(), count};
    return new Samples(
        masks.at(at),
        engine.floats(labels, shape).gather(1, chosen),
        weights.length > 0
            ? Optional.of(engine.floats(weights, shape).gather(1, chosen))
            : Optional.empty());
  }

  /**
   * Where some targets are known at places of their own: of those their places, of the others
   * sampled ones, and the rest of a row without weight.
   */
  private Samples samplesAtPlaces() {
    int rows = masks().rows();
    int[] target = matches.targets();
    int[] image = matches.images();
    IntFunction<PointSource.Uniform> random = sampler.uniform(matches, frames());
    List<Optional<Places>> own = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      int pair = i / frames();
      own.add(targets.get(image[pair]).places(target[pair], random.apply(i)));
    }
    boolean sampled = own.stream().anyMatch(Optional::isEmpty);
    int most = own.stream().flatMap(Optional::stream).mapToInt(Places::count).max().orElse(0);
    int drawn = sampled ? sampler.count() : 0;
    PlaceRows out = new PlaceRows(rows, Math.max(1, Math.max(most, drawn)));
    float[] chosen = sampled ? sampler.choose(masks.maps(), matches, frames()) : new float[0];
    for (int i = 0; i < rows; i++) {
      int pair = i / frames();
      if (own.get(i).isPresent()) {
        out.put(i, 0, own.get(i).get());
      } else {
        Supervision of = targets.get(image[pair]);
        out.put(i, 0, of, target[pair], i % frames(), chosen, i * drawn, drawn);
      }
    }
    return samples(logits(out.points(), out.count()), out.labels(), out.weights());
  }

  /** Output by output: labels are as large as the images. */
  private List<Samples> samplesOnGrid() {
    int perOutput = matches.perOutput() * frames();
    List<Samples> out = new ArrayList<>();
    for (int l = 0; l < predictions.layers().size(); l++) {
      out.add(samplesOnGrid(masks().of(l), l * perOutput));
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

  private Tensor logits(float[] points, int count) {
    return masks.at(masks.maps().engine().floats(points, masks.rows(), count, 2));
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
