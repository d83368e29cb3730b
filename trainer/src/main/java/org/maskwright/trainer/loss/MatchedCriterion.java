package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.maskwright.engine.tensor.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.Predictions;
import org.maskwright.modelzoo.Predictions.MaskScores;
import org.maskwright.trainer.matching.Assignment;

/**
 * Matches each output with the targets and sums the losses.
 *
 * <p><b>Maths</b> cost = -w_class p_q(c_n) + w_mask mask(q,n) + w_dice dice(q,n); the class loss is
 * the mean cross-entropy over all B*Q queries weighted by 1 for a class and noObjectWeight for
 * no-object.
 */
final class MatchedCriterion implements Criterion {
  private final CriterionSettings.Matching settings;
  private final MaskTerms masks;

  MatchedCriterion(CriterionSettings.Matching settings, MaskTerms masks) {
    this.settings = settings;
    this.masks = masks;
  }

  @Override
  public Losses compute(
      Predictions predictions, List<? extends Supervision> targets, PointSource points) {
    check(predictions, targets, MaskScores.SIGMOID);
    List<Predictions.Layer> outputs = predictions.layers();
    List<Matches> matches = match(outputs, targets, points);
    double maskCount = Math.max(1, targets.stream().mapToInt(Supervision::count).sum());
    List<Losses.Term> terms = new ArrayList<>();
    // The last output first, as the official implementation names them.
    for (int i = outputs.size() - 1, k = 0; k < outputs.size(); k++) {
      int layer = k == 0 ? i : k - 1;
      String suffix = k == 0 ? "" : "_" + (k - 1);
      Predictions.Layer output = outputs.get(layer);
      terms.add(
          new Losses.Term(
              "loss_ce" + suffix,
              classLoss(output, targets, matches.get(layer)).mul(settings.classWeight())));
      if (matches.get(layer).pairs() > 0) {
        Tensor[] maskAndDice = masks.losses(output, targets, matches.get(layer), maskCount, points);
        terms.add(new Losses.Term("loss_mask" + suffix, maskAndDice[0].mul(settings.maskWeight())));
        terms.add(new Losses.Term("loss_dice" + suffix, maskAndDice[1].mul(settings.diceWeight())));
      }
    }
    return Losses.of(terms);
  }

  static void check(
      Predictions predictions, List<? extends Supervision> targets, MaskScores scores) {
    if (predictions.maskScores() != scores) {
      throw new IllegalArgumentException(
          "loss: criterion per-pixel and decoders per-pixel and per-pixel-plus belong together; got"
              + " the one without the other");
    }
    long images = predictions.classLogits().size(0);
    long classes = predictions.classLogits().size(2) - 1;
    if (targets.size() != images) {
      throw new IllegalArgumentException(
          "loss: expected targets for " + images + " images, got " + targets.size());
    }
    for (Supervision t : targets) {
      for (int n = 0; n < t.count(); n++) {
        if (t.category(n) < 0 || t.category(n) >= classes) {
          throw new IllegalArgumentException(
              "loss: expected target classes in [0,"
                  + classes
                  + "), got "
                  + t.category(n)
                  + "; the model's classes and the data set's must be the same list");
        }
      }
    }
  }

  /** Costs of all outputs on the device, one transfer, then the assignments in parallel. */
  List<Matches> match(
      List<Predictions.Layer> outputs, List<? extends Supervision> targets, PointSource points) {
    int images = targets.size();
    int maxTargets = targets.stream().mapToInt(Supervision::count).max().orElse(0);
    int queries = outputs.get(0).classLogits().intSize(1);
    int classes = outputs.get(0).classLogits().intSize(2);
    Engine engine = outputs.get(0).classLogits().engine();
    if (maxTargets == 0) {
      Assignment none = Assignment.solve(new float[0], queries, 0);
      Matches empty = new Matches(java.util.Collections.nCopies(images, none));
      return java.util.Collections.nCopies(outputs.size(), empty);
    }
    float[] costs;
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      Tensor[] parts = new Tensor[2 * outputs.size()];
      for (int l = 0; l < outputs.size(); l++) {
        Predictions.Layer output = outputs.get(l);
        parts[2 * l] = output.classLogits().softmax(-1).reshape(-1);
        parts[2 * l + 1] =
            engine.tidy(s -> masks.costs(output, targets, maxTargets, points).reshape(-1));
      }
      costs = Tensor.concat(0, parts).toFloats();
    }
    int classBlock = images * queries * classes;
    int maskBlock = images * queries * maxTargets;
    Assignment[] solved = new Assignment[outputs.size() * images];
    IntStream.range(0, solved.length)
        .parallel()
        .forEach(
            i -> {
              int l = i / images;
              int b = i % images;
              int start = l * (classBlock + maskBlock);
              solved[i] =
                  assign(
                      costs,
                      start + b * queries * classes,
                      start + classBlock + b * queries * maxTargets,
                      targets.get(b),
                      queries,
                      classes,
                      maxTargets,
                      l,
                      b);
            });
    List<Matches> out = new ArrayList<>();
    for (int l = 0; l < outputs.size(); l++) {
      out.add(new Matches(List.of(solved).subList(l * images, (l + 1) * images)));
    }
    return out;
  }

  private Assignment assign(
      float[] values,
      int classAt,
      int maskAt,
      Supervision target,
      int queries,
      int classes,
      int maxTargets,
      int layer,
      int image) {
    int n = target.count();
    float[] cost = new float[queries * n];
    for (int q = 0; q < queries; q++) {
      for (int t = 0; t < n; t++) {
        float p = values[classAt + q * classes + target.category(t)];
        float c = (float) (values[maskAt + q * maxTargets + t] - settings.classWeight() * p);
        if (!Float.isFinite(c)) {
          throw new NonFiniteCostException(
              "matching cost of image "
                  + image
                  + " in the batch, query "
                  + q
                  + ", target "
                  + t
                  + ", output "
                  + layer
                  + " is "
                  + c
                  + " (class probability "
                  + p
                  + ", mask and dice cost "
                  + values[maskAt + q * maxTargets + t]
                  + ")");
        }
        cost[q * n + t] = c;
      }
    }
    return Assignment.solve(cost, queries, n);
  }

  private Tensor classLoss(
      Predictions.Layer output, List<? extends Supervision> targets, Matches matches) {
    int queries = output.classLogits().intSize(1);
    int noObject = output.classLogits().intSize(2) - 1;
    long[] labels = new long[targets.size() * queries];
    java.util.Arrays.fill(labels, noObject);
    for (int b = 0; b < targets.size(); b++) {
      Assignment a = matches.images().get(b);
      for (int i = 0; i < a.size(); i++) {
        labels[b * queries + a.row(i)] = targets.get(b).category(a.column(i));
      }
    }
    float[] weights = new float[labels.length];
    double total = 0;
    for (int i = 0; i < labels.length; i++) {
      weights[i] = labels[i] == noObject ? (float) settings.noObjectWeight() : 1;
      total += weights[i];
    }
    Engine engine = output.classLogits().engine();
    double sum = total;
    return engine.tidy(
        scope -> {
          Tensor index = engine.longs(labels, targets.size(), queries, 1);
          Tensor logProb =
              output.classLogits().cast(DType.FLOAT32).logSoftmax(-1).gather(2, index); // [B,Q,1]
          Tensor weight = engine.floats(weights, targets.size(), queries, 1);
          return logProb.mul(weight).sum().mul(sum == 0 ? 0 : -1 / sum);
        });
  }
}
