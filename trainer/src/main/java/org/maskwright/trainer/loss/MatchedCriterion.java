package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.maskwright.engine.kernel.Parallel;
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
 * the mean cross-entropy over all B*Q queries of the step weighted by 1 for a class and
 * noObjectWeight for no-object; the mask losses are sums over the matched pairs, divided by the
 * number of targets of the step.
 */
final class MatchedCriterion implements Criterion {
  /** Sum of the class weights of all queries, matched or not. */
  private static final String CLASS_WEIGHT = "class-weight";

  private static final String[] NAMES = {"loss_ce", "loss_mask", "loss_dice"};

  private final CriterionSettings.Matching settings;
  private final MaskTerms masks;

  MatchedCriterion(CriterionSettings.Matching settings, MaskTerms masks) {
    this.settings = settings;
    this.masks = masks;
  }

  /** The matches of every output. */
  private record Matching(List<Matches> outputs) {}

  /** Every output matches min(Q, N) queries of an image, so nothing depends on the predictions. */
  @Override
  public StepNormalizers normalizers(List<? extends Supervision> targets, int queries) {
    double masks = 0;
    double matched = 0;
    for (Supervision target : targets) {
      masks += target.count();
      matched += Math.min(queries, target.count());
    }
    double unmatched = (double) targets.size() * queries - matched;
    return StepNormalizers.of(StepNormalizers.MASKS, masks)
        .and(StepNormalizers.of(CLASS_WEIGHT, matched + unmatched * settings.noObjectWeight()));
  }

  @Override
  public Losses compute(
      Predictions predictions,
      List<? extends Supervision> targets,
      PointSource points,
      StepNormalizers step,
      Decisions decisions) {
    check(predictions, targets, MaskScores.SIGMOID);
    List<Predictions.Layer> outputs = predictions.layers();
    Matching matching =
        decisions.once(Matching.class, () -> new Matching(match(outputs, targets, points)));
    List<Matches> matches = matching.outputs();
    double count = step.get(StepNormalizers.MASKS);
    int pairs = matches.get(0).pairs(); // the same for every output: it has the same queries
    Tensor[] parts = new Tensor[count == 0 ? 1 : NAMES.length]; // each [L]
    parts[0] = classLosses(outputs, targets, matches, step).mul(settings.classWeight());
    if (pairs > 0) {
      Tensor[] maskAndDice = masks.losses(predictions, targets, matches, points, decisions);
      parts[1] = maskAndDice[0].sum(1).mul(settings.maskWeight() / count);
      parts[2] = maskAndDice[1].sum(1).mul(settings.diceWeight() / count);
    } else {
      Tensor none = noMaskLoss(predictions);
      parts[0] = parts[0].add(none);
      Arrays.fill(parts, 1, parts.length, none);
    }
    return Losses.ofOutputs(NAMES, parts);
  }

  /**
   * Zeros [L] that depend on a mask of each output: in a batch without targets the parameters of
   * masks then have a gradient, of zero, as in the official implementation, where the optimiser's
   * moments and weight decay go on.
   */
  private static Tensor noMaskLoss(Predictions predictions) {
    List<long[]> first = Collections.nCopies(predictions.layers().size(), new long[] {0});
    return predictions
        .chosenMasks(first) // [L,h,w]
        .cast(DType.FLOAT32)
        .flatten(1, 2)
        .mul(0)
        .sum(1);
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
      Matches empty = new Matches(Collections.nCopies(images, none));
      return Collections.nCopies(outputs.size(), empty);
    }
    float[] costs;
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      Tensor[] parts = new Tensor[2 * outputs.size()];
      for (int l = 0; l < outputs.size(); l++) {
        Predictions.Layer output = outputs.get(l);
        int layer = l;
        parts[2 * l] = output.classLogits().softmax(-1).reshape(-1);
        parts[2 * l + 1] =
            engine.tidy(s -> masks.costs(output, targets, maxTargets, layer, points).reshape(-1));
      }
      costs = Tensor.concat(0, parts).toFloats();
    }
    int classBlock = images * queries * classes;
    int maskBlock = images * queries * maxTargets;
    Assignment[] solved = new Assignment[outputs.size() * images];
    Parallel.forEach(
        solved.length,
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

  /** The class loss of each output, [L]. */
  private Tensor classLosses(
      List<Predictions.Layer> outputs,
      List<? extends Supervision> targets,
      List<Matches> matches,
      StepNormalizers step) {
    Tensor first = outputs.get(0).classLogits();
    int queries = first.intSize(1);
    int noObject = first.intSize(2) - 1;
    int perOutput = targets.size() * queries;
    long[] labels = new long[outputs.size() * perOutput];
    float[] weights = new float[labels.length];
    Arrays.fill(labels, noObject);
    for (int l = 0; l < outputs.size(); l++) {
      long[] rows = matches.get(l).rows(queries);
      int[] columns = matches.get(l).columns();
      int[] images = matches.get(l).imageOfPair();
      for (int i = 0; i < rows.length; i++) {
        labels[l * perOutput + (int) rows[i]] = targets.get(images[i]).category(columns[i]);
      }
    }
    double sum = step.get(CLASS_WEIGHT);
    for (int i = 0; i < labels.length && sum > 0; i++) {
      weights[i] = (float) (-weight(labels[i], noObject) / sum);
    }
    Engine engine = first.engine();
    long size = outputs.size();
    return engine.tidy(
        scope -> {
          Tensor[] logits =
              outputs.stream().map(o -> o.classLogits().flatten(0, 1)).toArray(Tensor[]::new);
          Tensor logProb =
              Tensor.concat(0, logits) // [L*B*Q,K+1]
                  .cast(DType.FLOAT32)
                  .logSoftmax(-1)
                  .gather(1, engine.longs(labels, labels.length, 1));
          Tensor weight = engine.floats(weights, labels.length, 1);
          return logProb.mul(weight).reshape(size, perOutput).sum(1);
        });
  }

  private double weight(long label, int noObject) {
    return label == noObject ? settings.noObjectWeight() : 1;
  }
}
