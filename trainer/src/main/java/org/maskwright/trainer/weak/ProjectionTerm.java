package org.maskwright.trainer.weak;

import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.trainer.loss.LossTerm;
import org.maskwright.trainer.loss.MatchedOutputs;
import org.maskwright.trainer.loss.PairCosts;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.loss.Supervision;

/**
 * Dice between the shadows of a mask and of its box on both axes, of targets whose box is known. It
 * is content with the whole box: shape comes from other terms.
 *
 * <p><b>Maths</b> with m = sigmoid(x) and the box b, both at the size of the mask logits: D(max_y
 * m, max_y b) + D(max_x m, max_x b), D(s, t) = 1 - 2 sum s t / (sum s^2 + sum t^2 + 1e-5); the sum
 * over targets, each with its share, divided by the number of targets of the step
 *
 * <p><b>Source</b> BoxInst (arXiv 2012.02310), section 3.1. <b>Differs:</b> divided by all targets
 * of the step, those with masks included, so that in a mix each target has one share
 */
record ProjectionTerm(double weight) implements LossTerm {
  private static final double EPSILON = 1e-5;

  @Override
  public String name() {
    return "loss_projection";
  }

  @Override
  public void addCosts(PairCosts costs) {
    List<? extends Supervision> targets = costs.targets();
    int most = targets.stream().mapToInt(Supervision::count).max().orElse(0);
    Tensor masks = costs.output().maskLogits();
    int height = masks.intSize(3);
    int width = masks.intSize(4);
    float[] columns = new float[Math.multiplyExact(targets.size() * most, width)];
    float[] rows = new float[Math.multiplyExact(targets.size() * most, height)];
    float[] shares = new float[targets.size() * most];
    boolean any = false;
    for (int b = 0; b < targets.size(); b++) {
      for (int n = 0; n < targets.get(b).count(); n++) {
        int at = b * most + n;
        Optional<BoxLabel> box = targets.get(b).said(n, BoxLabel.class);
        if (box.isPresent()) {
          any = true;
          shares[at] = (float) box.get().share();
          fill(columns, at * width, box.get().columns(width));
          fill(rows, at * height, box.get().rows(height));
        }
      }
    }
    if (!any) {
      return;
    }
    Engine engine = masks.engine();
    long images = targets.size();
    Tensor x = costs.output().imageMaskLogits().cast(DType.FLOAT32); // [B,Q,h,w]
    Tensor across =
        pairs(x.max(2).sigmoid(), engine.floats(columns, images, most, width)); // [B,Q,N]
    Tensor down = pairs(x.max(3).sigmoid(), engine.floats(rows, images, most, height));
    costs.add(across.add(down).mul(engine.floats(shares, images, 1, most)).mul(weight));
  }

  private static void fill(float[] values, int from, BoxLabel.Span span) {
    for (int i = span.from(); i < span.to(); i++) {
      values[from + i] = 1;
    }
  }

  /** Dice of shadows s [B,Q,P] with shadows t [B,N,P]: [B,Q,N]. */
  private static Tensor pairs(Tensor s, Tensor t) {
    Tensor sizes = s.square().sum(2).unsqueeze(2).add(t.square().sum(2).unsqueeze(1)).add(EPSILON);
    return s.matmulTransposed(t).mul(-2).div(sizes).add(1);
  }

  @Override
  public Optional<Tensor> losses(MatchedOutputs outputs) {
    double count = outputs.step().get(StepNormalizers.MASKS);
    return outputs.overSaid(
        BoxLabel.class, count == 0 ? 0 : weight / count, ProjectionTerm::losses);
  }

  /** Mask logits [m,1,h,w] and their boxes to losses [m]. */
  static Tensor losses(Tensor masks, List<BoxLabel> boxes) {
    Tensor x = masks.squeeze(1); // [m,h,w]
    int height = x.intSize(1);
    int width = x.intSize(2);
    float[] columns = new float[Math.multiplyExact(boxes.size(), width)];
    float[] rows = new float[Math.multiplyExact(boxes.size(), height)];
    float[] shares = new float[boxes.size()];
    for (int i = 0; i < shares.length; i++) {
      fill(columns, i * width, boxes.get(i).columns(width));
      fill(rows, i * height, boxes.get(i).rows(height));
      shares[i] = (float) boxes.get(i).share();
    }
    Engine engine = masks.engine();
    return dice(x.max(1).sigmoid(), engine.floats(columns, boxes.size(), width))
        .add(dice(x.max(2).sigmoid(), engine.floats(rows, boxes.size(), height)))
        .mul(engine.floats(shares, shares.length));
  }

  /** Dice of shadows s and t [m,P]: [m]. */
  static Tensor dice(Tensor s, Tensor t) {
    Tensor sizes = s.square().sum(1).add(t.square().sum(1)).add(EPSILON);
    return s.mul(t).sum(1).mul(-2).div(sizes).add(1);
  }
}
