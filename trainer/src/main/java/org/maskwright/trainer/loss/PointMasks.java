package org.maskwright.trainer.loss;

import java.util.List;
import java.util.stream.IntStream;
import org.maskwright.engine.tensor.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.PointSampling;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.Predictions;
import org.maskwright.trainer.matching.Assignment;

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
      PointSource source) {
    Tensor maskLogits = output.maskLogits();
    Engine engine = maskLogits.engine();
    int images = targets.size();
    int count = settings.points();
    float[] points = new float[images * count * 2];
    for (int b = 0; b < images; b++) {
      System.arraycopy(source.forMatcher(count), 0, points, b * count * 2, count * 2);
    }
    float[] labels = new float[images * maxTargets * count];
    IntStream.range(0, images * maxTargets)
        .parallel()
        .forEach(
            i -> {
              int b = i / maxTargets;
              int n = i % maxTargets;
              if (n < targets.get(b).count()) {
                targets.get(b).labels(n, points, b * count * 2, count, labels, i * count);
              }
            });
    Tensor x = PointSampling.sample(maskLogits, engine.floats(points, images, count, 2)); // [B,Q,P]
    Tensor t = engine.floats(labels, images, maxTargets, count); // [B,N,P]
    Tensor s = x.sigmoid();
    Tensor cross = x.softplus().sumKeep(2).sub(x.matmulTransposed(t)).div(count); // [B,Q,N]
    Tensor overlap = s.matmulTransposed(t).mul(2).add(1);
    Tensor sizes = s.sumKeep(2).add(t.sum(2).unsqueeze(1)).add(1);
    Tensor dice = overlap.div(sizes).neg().add(1);
    return cross.mul(settings.maskWeight()).add(dice.mul(settings.diceWeight()));
  }

  @Override
  public Tensor[] losses(
      Predictions.Layer output,
      List<? extends Supervision> targets,
      Matches matches,
      double maskCount,
      PointSource source) {
    Tensor maskLogits = output.maskLogits();
    Engine engine = maskLogits.engine();
    int pairs = matches.pairs();
    long[] shape = maskLogits.shape();
    Tensor index = engine.longs(matches.flatQueries(maskLogits.intSize(1)), pairs);
    Tensor matched =
        maskLogits.reshape(-1, 1, shape[2], shape[3]).indexSelect(0, index); // [n,1,h,w]
    int count = settings.points();
    float[] points = choosePoints(matched, pairs, source);
    float[] labels = labels(targets, matches, points, count);
    Tensor x =
        PointSampling.sample(matched, engine.floats(points, pairs, count, 2))
            .squeeze(1)
            .cast(DType.FLOAT32); // [n,P]
    Tensor t = engine.floats(labels, pairs, count); // [n,P]
    Tensor mask = x.softplus().sub(x.mul(t)).sum().div(count * maskCount);
    Tensor s = x.sigmoid();
    Tensor overlap = s.mul(t).sum(1).mul(2).add(1);
    Tensor dice = overlap.div(s.sum(1).add(t.sum(1)).add(1)).neg().add(1).sum().div(maskCount);
    return new Tensor[] {mask, dice};
  }

  private static float[] labels(
      List<? extends Supervision> targets, Matches matches, float[] points, int count) {
    int pairs = matches.pairs();
    int[] image = new int[pairs];
    int[] target = new int[pairs];
    int k = 0;
    for (int b = 0; b < targets.size(); b++) {
      Assignment a = matches.images().get(b);
      for (int i = 0; i < a.size(); i++) {
        image[k] = b;
        target[k++] = a.column(i);
      }
    }
    float[] labels = new float[pairs * count];
    IntStream.range(0, pairs)
        .parallel()
        .forEach(
            i ->
                targets
                    .get(image[i])
                    .labels(target[i], points, i * count * 2, count, labels, i * count));
    return labels;
  }

  /**
   * Draws {@code oversample} times as many points as are needed, keeps those whose sampled logit is
   * nearest to 0 for {@code importance} of them, and draws the rest anew: [n,P,2].
   */
  private float[] choosePoints(Tensor matched, int pairs, PointSource source) {
    int count = settings.points();
    float[] out = new float[pairs * count * 2];
    if (!source.allowsImportanceSampling()) {
      for (int i = 0; i < pairs; i++) {
        System.arraycopy(source.forLoss(count), 0, out, i * count * 2, count * 2);
      }
      return out;
    }
    int candidates = (int) (count * settings.oversample());
    int uncertain = (int) (count * settings.importance());
    Engine engine = matched.engine();
    float[] drawn = source.forLoss(pairs * candidates);
    float[] fresh = source.forLoss(pairs * (count - uncertain));
    float[] logits;
    try (var off = engine.noGrad();
        var scope = engine.scope()) {
      logits = PointSampling.sample(matched, engine.floats(drawn, pairs, candidates, 2)).toFloats();
    }
    IntStream.range(0, pairs)
        .parallel()
        .forEach(
            i -> {
              int to = i * count * 2;
              int[] nearest = NearestToZero.select(logits, i * candidates, candidates, uncertain);
              for (int j = 0; j < uncertain; j++) {
                out[to + 2 * j] = drawn[2 * (i * candidates + nearest[j])];
                out[to + 2 * j + 1] = drawn[2 * (i * candidates + nearest[j]) + 1];
              }
              System.arraycopy(
                  fresh,
                  i * (count - uncertain) * 2,
                  out,
                  to + uncertain * 2,
                  (count - uncertain) * 2);
            });
    return out;
  }
}
