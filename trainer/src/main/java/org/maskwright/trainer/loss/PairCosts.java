package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.fused.MaskCosts;
import org.maskwright.engine.fused.PointSampling;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * What it costs to match each query of an output with each target: the terms of the loss add their
 * shares. Computed without gradient; what several terms need is computed once.
 */
public final class PairCosts {
  private final Outputs.Layer output;
  private final int layer;
  private final List<? extends Supervision> targets;
  private final int maxTargets;
  private final PointSource source;
  private final Sampling sampling;
  private final List<Tensor> added = new ArrayList<>();
  private double classWeight;
  private boolean classes;
  private double crossWeight;
  private double diceWeight;
  private boolean points;
  private PairSamples atPoints;
  private PairSamples onGrid;

  /**
   * @param layer number of the output
   * @param maxTargets N, the most targets of an image
   */
  PairCosts(
      Outputs.Layer output,
      int layer,
      List<? extends Supervision> targets,
      int maxTargets,
      PointSource source,
      Sampling sampling) {
    this.output = output;
    this.layer = layer;
    this.targets = targets;
    this.maxTargets = maxTargets;
    this.source = source;
    this.sampling = sampling;
  }

  /** What is matched. */
  public Outputs.Layer output() {
    return output;
  }

  /** One for each image. */
  public List<? extends Supervision> targets() {
    return targets;
  }

  /** Subtracts {@code weight} times the probability of the target's class. */
  public void subtractClassProbability(double weight) {
    classes = true;
    classWeight += weight;
  }

  /**
   * Adds weighted {@link PairSamples#cross} and {@link PairSamples#dice} at the criterion's points;
   * of one frame both in one fused operation.
   */
  public void addAtPoints(double crossWeight, double diceWeight) {
    points = true;
    this.crossWeight += crossWeight;
    this.diceWeight += diceWeight;
  }

  /** Adds weighted costs [B,Q,N]; columns beyond an image's targets do not matter. */
  public void add(Tensor costs) {
    added.add(costs);
  }

  /** Logits and labels at one set of points of an image, the same in each of its frames. */
  public PairSamples atPoints() {
    if (atPoints == null) {
      boolean placed = targets.stream().anyMatch(Supervision::placed);
      atPoints = placed ? samplesAtPlaces() : samplesAtPoints(chosenPoints());
    }
    return atPoints;
  }

  /** Logits and labels at the size of the mask logits, the labels those of the nearest pixels. */
  public PairSamples onGrid() {
    if (onGrid == null) {
      onGrid = samplesOnGrid();
    }
    return onGrid;
  }

  /** The weight of the class probability, if a term has one. */
  Optional<Double> classWeight() {
    return classes ? Optional.of(classWeight) : Optional.empty();
  }

  /** The sum of all but the class probability, [B,Q,N]; empty if no term has any. */
  Optional<Tensor> sum() {
    List<Tensor> all = new ArrayList<>();
    if (points) {
      all.add(sumAtPoints());
    }
    all.addAll(added);
    return all.stream().reduce(Tensor::add);
  }

  private boolean weighted() {
    return targets.stream().anyMatch(Supervision::weighted);
  }

  private Tensor sumAtPoints() {
    if (output.frames() > 1 || weighted()) {
      return atPoints().cross().mul(crossWeight).add(atPoints().dice().mul(diceWeight));
    }
    float[] xy = chosenPoints();
    Tensor logits = output.imageMaskLogits();
    return MaskCosts.atPoints(logits, xy, labels(xy), maxTargets, crossWeight, diceWeight);
  }

  /** Points of each image, [B,P,2]. */
  private float[] chosenPoints() {
    int count = sampling.required();
    float[] out = new float[Math.multiplyExact(targets.size(), 2 * count)];
    Parallel.forEach(
        targets.size(),
        b ->
            System.arraycopy(source.forMatcher(layer, b, count), 0, out, b * count * 2, count * 2));
    return out;
  }

  /**
   * Where some targets are known at places of their own: all places of an image in a row, each
   * target with weight at its own alone.
   */
  private PairSamples samplesAtPlaces() {
    if (output.frames() > 1) {
      throw new IllegalStateException(
          "matching: expected targets with masks in videos, got one that is known at places alone");
    }
    PairPlaces places = PairPlaces.of(targets, maxTargets, layer, source, sampling);
    Engine engine = output.maskLogits().engine();
    int count = places.count();
    Tensor x =
        PointSampling.sample(
            output.imageMaskLogits().cast(DType.FLOAT32),
            engine.floats(places.points(), targets.size(), count, 2)); // [B,Q,P]
    return new PairSamples(
        x, asPlaces(places.labels(), count), Optional.of(asPlaces(places.weights(), count)));
  }

  private PairSamples samplesAtPoints(float[] xy) {
    int count = sampling.required();
    int frames = output.frames();
    float[] repeated = new float[Math.multiplyExact(frames, xy.length)];
    for (int i = 0; i < targets.size() * frames; i++) {
      System.arraycopy(xy, i / frames * 2 * count, repeated, i * 2 * count, 2 * count);
    }
    Engine engine = output.maskLogits().engine();
    long images = targets.size();
    Tensor x =
        PointSampling.sample(
                output.frameMaskLogits().cast(DType.FLOAT32),
                engine.floats(repeated, images * frames, count, 2)) // [B*T,Q,P]
            .reshape(images, frames, output.queries(), count)
            .transpose(1, 2)
            .flatten(2, 3); // [B,Q,T*P]
    Optional<Tensor> weights =
        weighted() ? Optional.of(asPlaces(weights(xy), frames * count)) : Optional.empty();
    return new PairSamples(x, asPlaces(labels(xy), frames * count), weights);
  }

  /** Values of each image's targets at each place as [B,N,P]. */
  private Tensor asPlaces(float[] values, int places) {
    return output.maskLogits().engine().floats(values, targets.size(), maxTargets, places);
  }

  /** Labels [B,N,T,P] at points. */
  private float[] labels(float[] xy) {
    int count = sampling.required();
    return ofTargets(
        count,
        (b, n, frame, out, to) ->
            targets.get(b).labels(n, frame, xy, b * count * 2, count, out, to));
  }

  private float[] weights(float[] xy) {
    int count = sampling.required();
    return ofTargets(
        count,
        (b, n, frame, out, to) ->
            targets.get(b).weights(n, frame, xy, b * count * 2, count, out, to));
  }

  private PairSamples samplesOnGrid() {
    int height = output.maskLogits().intSize(3);
    int width = output.maskLogits().intSize(4);
    int pixels = Math.multiplyExact(height, width);
    int places = Math.multiplyExact(output.frames(), pixels);
    float[] labels =
        ofTargets(
            pixels,
            (b, n, frame, out, to) -> targets.get(b).grid(n, frame, height, width, out, to));
    Tensor x = output.maskLogits().cast(DType.FLOAT32).flatten(2, 4); // [B,Q,T*h*w]
    Optional<Tensor> weights = Optional.empty();
    if (weighted()) {
      float[] values =
          ofTargets(
              pixels,
              (b, n, frame, out, to) ->
                  targets.get(b).gridWeights(n, frame, height, width, out, to));
      weights = Optional.of(asPlaces(values, places));
    }
    return new PairSamples(x, asPlaces(labels, places), weights);
  }

  private interface OfTarget {
    void write(int image, int target, int frame, float[] out, int to);
  }

  /** So many values for each frame of each target; 0 where an image has fewer targets. */
  private float[] ofTargets(int count, OfTarget values) {
    int frames = output.frames();
    int masks = Math.multiplyExact(targets.size(), Math.multiplyExact(maxTargets, frames));
    float[] out = new float[Math.multiplyExact(masks, count)];
    Parallel.forEach(
        masks,
        i -> {
          int b = i / (maxTargets * frames);
          int n = i / frames % maxTargets;
          if (n < targets.get(b).count()) {
            values.write(b, n, i % frames, out, i * count);
          }
        });
    return out;
  }
}
