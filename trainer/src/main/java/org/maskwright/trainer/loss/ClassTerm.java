package org.maskwright.trainer.loss;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.trainer.match.MatchPolicy;
import org.maskwright.trainer.match.Matches;

/**
 * The mean cross-entropy of the classes of all B*Q queries of the step, weighted by {@code classes}
 * for a class and {@code noObjectWeight} for no-object. Cost: -weight * p_q(c_n).
 *
 * <p><b>Source</b> DETR (arXiv 2005.12872), section 3.1
 */
record ClassTerm(double weight, double noObjectWeight, ClassWeights classes) implements LossTerm {
  /** Sum of the class weights of all queries, matched or not. */
  private static final String CLASS_WEIGHT = "class-weight";

  @Override
  public String name() {
    return "loss_ce";
  }

  /**
   * Every output matches as many queries, so nothing depends on the predictions; where an image has
   * more targets than queries, those that are matched count with the mean weight of all.
   */
  @Override
  public StepNormalizers normalizers(
      List<? extends Supervision> targets, int queries, MatchPolicy policy) {
    double matched = 0;
    double weights = 0;
    for (Supervision target : targets) {
      double pairs = policy.pairs(queries, target.count());
      matched += pairs;
      weights += pairs == 0 ? 0 : classes.ofAll(target, noObjectWeight) * pairs / target.count();
    }
    double unmatched = (double) targets.size() * queries - matched;
    return StepNormalizers.of(CLASS_WEIGHT, weights + unmatched * noObjectWeight);
  }

  @Override
  public void addCosts(PairCosts costs) {
    costs.subtractClassProbability(weight);
  }

  @Override
  public Optional<Tensor> losses(MatchedOutputs matched) {
    List<Outputs.Layer> outputs = matched.predictions().layers();
    Tensor first = outputs.get(0).classLogits();
    int noObject = first.intSize(2) - 1;
    int images = first.intSize(0);
    int queries = first.intSize(1);
    int perOutput = images * queries;
    long[] labels = labels(matched, perOutput, noObject);
    float[] weights = new float[labels.length];
    double sum = matched.step().get(CLASS_WEIGHT);
    double[] imageWeights = IntStream.range(0, images).mapToDouble(matched::imageWeight).toArray();
    for (int i = 0; i < labels.length && sum > 0; i++) {
      double own = labels[i] == noObject ? noObjectWeight : classes.of((int) labels[i]);
      weights[i] = (float) (-own * imageWeights[i / queries % images] / sum);
    }
    Engine engine = first.engine();
    long size = outputs.size();
    Tensor losses =
        engine.tidy(
            scope -> {
              Tensor[] logits =
                  outputs.stream().map(o -> o.classLogits().flatten(0, 1)).toArray(Tensor[]::new);
              Tensor logProb =
                  Tensor.concat(0, logits) // [L*B*Q,K+1]
                      .cast(DType.FLOAT32)
                      .logSoftmax(-1)
                      .gather(1, engine.longs(labels, labels.length, 1));
              Tensor factor = engine.floats(weights, labels.length, 1);
              return logProb.mul(factor).reshape(size, perOutput).sum(1);
            });
    return Optional.of(losses.mul(weight));
  }

  /** The class of each query of each output. */
  private static long[] labels(MatchedOutputs matched, int perOutput, int noObject) {
    Matches matches = matched.matches();
    List<long[]> rows = matches.rows();
    int[] targets = matches.targets();
    int[] images = matches.images();
    long[] labels = new long[rows.size() * perOutput];
    Arrays.fill(labels, noObject);
    int pair = 0;
    for (int l = 0; l < rows.size(); l++) {
      for (long row : rows.get(l)) {
        int k = matched.targets().get(images[pair]).category(targets[pair]);
        labels[l * perOutput + (int) row] = k == Supervision.NO_OBJECT ? noObject : k;
        pair++;
      }
    }
    return labels;
  }
}
