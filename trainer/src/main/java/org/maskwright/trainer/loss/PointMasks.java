package org.maskwright.trainer.loss;

import java.util.List;
import org.maskwright.engine.kernel.Parallel;
import org.maskwright.engine.tensor.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.MaskCosts;
import org.maskwright.engine.tensor.PointSampling;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.Predictions;

/**
 * Cross-entropy and dice at sampled points (Mask2Former, arXiv 2112.01527, section 3.3; PointRend,
 * arXiv 1912.08193, section 3.1).
 *
 * <p><b>Maths</b> mask = mean_p softplus(x) - x t; dice = 1 - (2 sum_p s t + 1) / (sum_p s + sum_p
 * t + 1), s = sigmoid(x).
 */
final class PointMasks implements MaskTerms {
  private final CriterionSettings.Points settings;

  PointMasks(CriterionSettings.Points settings) {
    this.settings = settings;
  }

  @Override
  public Tensor costs(
      Predictions.Layer output,
      List<? extends Supervision> targets,
      int maxTargets,
      int layer,
      PointSource source) {
    int images = targets.size();
    int count = settings.points();
    float[] points = new float[images * count * 2];
    Parallel.forEach(
        images,
        b ->
            System.arraycopy(
                source.forMatcher(layer, b, count), 0, points, b * count * 2, count * 2));
    int masks = Math.multiplyExact(images, maxTargets);
    float[] labels = new float[Math.multiplyExact(masks, count)];
    Parallel.forEach(
        masks,
        i -> {
          int b = i / maxTargets;
          int n = i % maxTargets;
          if (n < targets.get(b).count()) {
            targets.get(b).labels(n, points, b * count * 2, count, labels, i * count);
          }
        });
    return MaskCosts.atPoints(
        output.maskLogits(),
        points,
        labels,
        maxTargets,
        settings.maskWeight(),
        settings.diceWeight());
  }

  @Override
  public Tensor[] losses(
      Predictions predictions,
      List<? extends Supervision> targets,
      List<Matches> matches,
      PointSource source,
      Decisions decisions) {
    Pairs pairs = Pairs.of(predictions, matches);
    Engine engine = predictions.maskLogits().engine();
    Tensor matched = predictions.chosenMasks(pairs.rows()).unsqueeze(1); // [n,1,h,w]
    int count = settings.points();
    float[] points = decisions.once(float[].class, () -> choosePoints(matched, pairs, source));
    float[] labels = new float[Math.multiplyExact(pairs.count(), count)];
    Parallel.forEach(
        pairs.count(),
        i ->
            targets
                .get(pairs.image(i))
                .labels(pairs.target(i), points, i * count * 2, count, labels, i * count));
    Tensor x =
        PointSampling.sample(matched, engine.floats(points, pairs.count(), count, 2))
            .squeeze(1)
            .cast(DType.FLOAT32); // [n,P]
    Tensor t = engine.floats(labels, pairs.count(), count); // [n,P]
    Tensor mask = x.softplus().sub(x.mul(t)).sum(1).div(count);
    Tensor s = x.sigmoid();
    Tensor overlap = s.mul(t).sum(1).mul(2).add(1);
    Tensor dice = overlap.div(s.sum(1).add(t.sum(1)).add(1)).neg().add(1);
    return new Tensor[] {pairs.byOutput(mask), pairs.byOutput(dice)};
  }

  /**
   * Draws {@code oversample} times as many points as are needed, keeps those whose sampled logit is
   * nearest to 0 for {@code importance} of them, and draws the rest anew: [n,P,2].
   */
  private float[] choosePoints(Tensor matched, Pairs pairs, PointSource source) {
    int count = settings.points();
    float[] out = new float[Math.multiplyExact(pairs.count(), 2 * count)];
    for (int output = 0; output < pairs.outputs(); output++) {
      int first = output * pairs.perOutput();
      if (source.allowsImportanceSampling()) {
        chooseUncertain(
            matched.slice(0, first, first + pairs.perOutput()), pairs, output, source, out);
      } else {
        for (int i = first; i < first + pairs.perOutput(); i++) {
          float[] given = source.forLoss(output, pairs.image(i), pairs.ofImage(i), count);
          System.arraycopy(given, 0, out, i * count * 2, count * 2);
        }
      }
    }
    return out;
  }

  /** The points of one output's pairs, given their masks. */
  private void chooseUncertain(
      Tensor masks, Pairs pairs, int output, PointSource source, float[] points) {
    int count = settings.points();
    int candidates = (int) (count * settings.oversample());
    int uncertain = (int) (count * settings.importance());
    int fresh = count - uncertain;
    int n = pairs.perOutput();
    int first = output * n;
    float[] drawn = new float[Math.multiplyExact(n, 2 * candidates)];
    Parallel.forEach(
        n,
        i -> {
          int pair = first + i;
          float[] own =
              source.forLoss(output, pairs.image(pair), pairs.ofImage(pair), candidates + fresh);
          System.arraycopy(own, 0, drawn, i * 2 * candidates, 2 * candidates);
          System.arraycopy(own, 2 * candidates, points, (pair * count + uncertain) * 2, 2 * fresh);
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
