package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.trainer.match.Assignment;
import org.maskwright.trainer.match.MatchPolicy;
import org.maskwright.trainer.match.Matches;

/**
 * Matches of every output: costs of all outputs on the device, one transfer, then the assignments
 * in parallel.
 */
record Matcher(List<LossTerm> terms, MatchPolicy policy, Sampling sampling) {
  /** One for each image. */
  Matches match(
      List<Outputs.Layer> outputs, List<? extends Supervision> targets, PointSource points) {
    int maxTargets = targets.stream().mapToInt(Supervision::count).max().orElse(0);
    int queries = outputs.get(0).queries();
    if (maxTargets == 0 || !policy.usesCosts()) {
      List<Assignment> images =
          targets.stream().map(t -> policy.match(new float[0], queries, t.count())).toList();
      return new Matches(queries, Collections.nCopies(outputs.size(), images));
    }
    List<HostCosts> costs = costs(outputs, targets, maxTargets, points);
    int images = targets.size();
    Assignment[] solved = new Assignment[outputs.size() * images];
    Parallel.forEach(
        solved.length,
        i -> {
          Supervision target = targets.get(i % images);
          float[] own = costs.get(i / images).of(i % images, target);
          solved[i] = policy.match(own, queries, target.count());
        });
    List<List<Assignment>> out = new ArrayList<>();
    for (int l = 0; l < outputs.size(); l++) {
      out.add(List.of(solved).subList(l * images, (l + 1) * images));
    }
    return new Matches(queries, out);
  }

  private List<HostCosts> costs(
      List<Outputs.Layer> outputs,
      List<? extends Supervision> targets,
      int maxTargets,
      PointSource points) {
    Engine engine = outputs.get(0).maskLogits().engine();
    List<Tensor> parts = new ArrayList<>();
    List<HostCosts> out = new ArrayList<>();
    float[] values;
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      int from = 0;
      for (int l = 0; l < outputs.size(); l++) {
        Outputs.Layer output = outputs.get(l);
        PairCosts costs = new PairCosts(output, l, targets, maxTargets, points, sampling);
        Optional<Tensor> masks = sum(costs, engine);
        if (masks.isEmpty() && costs.classWeight().isEmpty()) {
          throw new IllegalStateException(
              "matching: expected a loss term with a matching cost, got only "
                  + terms.stream().map(LossTerm::name).toList());
        }
        int classes = costs.classWeight().isPresent() ? output.classLogits().intSize(2) : 0;
        if (classes > 0) {
          parts.add(output.classLogits().softmax(-1).reshape(-1));
        }
        masks.ifPresent(m -> parts.add(m.reshape(-1)));
        int queries = targets.size() * output.queries();
        int maskAt = from + queries * classes;
        int end = masks.isPresent() ? maskAt + queries * maxTargets : maskAt;
        out.add(
            new HostCosts(
                l,
                output.queries(),
                classes,
                masks.isPresent() ? maxTargets : 0,
                costs.classWeight().orElse(0.0),
                from,
                maskAt));
        from = end;
      }
      values = Tensor.concat(0, parts.toArray(Tensor[]::new)).readLater().values();
    }
    out.forEach(costs -> costs.values = values);
    return out;
  }

  /** The costs of all terms; what they computed on the way is freed. */
  private Optional<Tensor> sum(PairCosts costs, Engine engine) {
    try (Scope inner = engine.scope()) {
      terms.forEach(term -> term.addCosts(costs));
      return costs.sum().map(inner::keep);
    }
  }

  /** Where the costs of an output lie among those of all. */
  private static final class HostCosts {
    private final int layer;
    private final int queries;
    private final int classes; // K + 1, or 0 without class probabilities
    private final int targets; // most of an image, or 0 without other costs
    private final double classWeight;
    private final int classAt;
    private final int maskAt;
    private float[] values;

    HostCosts(
        int layer,
        int queries,
        int classes,
        int targets,
        double classWeight,
        int classAt,
        int maskAt) {
      this.layer = layer;
      this.queries = queries;
      this.classes = classes;
      this.targets = targets;
      this.classWeight = classWeight;
      this.classAt = classAt;
      this.maskAt = maskAt;
    }

    /** The costs [Q,N] of an image. */
    float[] of(int image, Supervision target) {
      int n = target.count();
      float[] cost = new float[queries * n];
      for (int q = 0; q < queries; q++) {
        int row = image * queries + q;
        for (int t = 0; t < n; t++) {
          int k = target.category(t) == Supervision.NO_OBJECT ? classes - 1 : target.category(t);
          float p = classes == 0 ? 0 : values[classAt + row * classes + k];
          float rest = targets == 0 ? 0 : values[maskAt + row * targets + t];
          float c = (float) (rest - classWeight * p);
          if (!Float.isFinite(c)) {
            throw new NonFiniteCostException(
                "matching cost of image %d in the batch, query %d, target %d, output %d is %s (class probability %s, other costs %s)"
                    .formatted(image, q, t, layer, c, p, rest));
          }
          cost[q * n + t] = c;
        }
      }
      return cost;
    }
  }
}
