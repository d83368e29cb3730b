package org.maskwright.trainer.weak;

import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.trainer.loss.LossTerm;
import org.maskwright.trainer.loss.MatchedOutputs;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.loss.Supervision;
import org.maskwright.trainer.match.MatchPolicy;

/**
 * Neighbours of one colour that lie in the box are of one label, of targets whose box is known.
 *
 * <p><b>Maths</b> the mean over such pairs (i,j) of all targets of the step of -log(p_i p_j + (1 -
 * p_i)(1 - p_j)) = softplus(x_i) + softplus(x_j) - softplus(x_i + x_j), a pair counted once for
 * each of its ends in the box; times the share of the warm-up that is done
 *
 * <p><b>Source</b> BoxInst (arXiv 2012.02310), section 3.2, {@link ColourEdges}
 *
 * <p><b>Memory</b> a few float maps [m,h,w] for each output
 *
 * @param warmup share of the training in which it grows
 */
record PairwiseTerm(double weight, double warmup) implements LossTerm {
  private static final String EDGES = "colour-edges";

  @Override
  public String name() {
    return "loss_pairwise";
  }

  @Override
  public StepNormalizers normalizers(
      List<? extends Supervision> targets, int queries, MatchPolicy policy) {
    double sum = 0;
    for (Supervision of : targets) {
      for (int n = 0; n < of.count(); n++) {
        sum += of.said(n, BoxLabel.class).map(PairwiseTerm::edges).orElse(0.0);
      }
    }
    return StepNormalizers.of(EDGES, sum);
  }

  private static double edges(BoxLabel box) {
    double sum = 0;
    for (int d = 0; d < ColourEdges.directions(); d++) {
      float[] counts = new float[box.colours().height() * box.colours().width()];
      count(box, d, counts, 0);
      for (float one : counts) {
        sum += one;
      }
    }
    return sum;
  }

  /** How often each cell's pair in a direction counts: its ends in the box, if they are alike. */
  private static void count(BoxLabel box, int direction, float[] counts, int first) {
    ColourEdges colours = box.colours();
    BoxLabel.Span rows = box.rows(colours.height());
    BoxLabel.Span columns = box.columns(colours.width());
    int dx = ColourEdges.dx(direction);
    int dy = ColourEdges.dy(direction);
    for (int y = Math.max(0, rows.from() - dy); y < rows.to(); y++) {
      int from = Math.max(0, columns.from() - Math.max(0, dx));
      int to = Math.min(colours.width(), columns.to() + Math.max(0, -dx));
      for (int x = from; x < to; x++) {
        int ends = rows.has(y) && columns.has(x) ? 1 : 0;
        ends += rows.has(y + dy) && columns.has(x + dx) ? 1 : 0;
        if (ends > 0 && colours.alike(direction, y, x)) {
          counts[first + y * colours.width() + x] = (float) (ends * box.share());
        }
      }
    }
  }

  @Override
  public Optional<Tensor> losses(MatchedOutputs outputs) {
    double edges = outputs.step().get(EDGES);
    double grown = warmup == 0 ? 1 : Math.min(1, outputs.trained() / warmup);
    double factor = edges == 0 ? 0 : weight * grown / Math.max(1, edges);
    return outputs.overSaid(BoxLabel.class, factor, PairwiseTerm::losses);
  }

  /** Mask logits [m,1,h,w] and their boxes to sums over pairs [m]. */
  static Tensor losses(Tensor masks, List<BoxLabel> boxes) {
    ColourEdges size = boxes.get(0).colours();
    int height = size.height();
    int width = size.width();
    Tensor x = masks.resize(height, width, ResizeMode.BILINEAR).squeeze(1); // [m,h,w]
    Tensor sum = null;
    for (int d = 0; d < ColourEdges.directions(); d++) {
      int dx = ColourEdges.dx(d);
      int dy = ColourEdges.dy(d);
      if (height <= dy || width <= Math.abs(dx)) {
        continue;
      }
      Tensor counts = counts(x.engine(), boxes, d);
      Tensor a = shifted(x, 0, Math.max(0, -dx), dy, Math.abs(dx));
      Tensor b = shifted(x, dy, Math.max(0, dx), dy, Math.abs(dx));
      Tensor weights = shifted(counts, 0, Math.max(0, -dx), dy, Math.abs(dx));
      Tensor loss = differ(a, b).mul(weights).sum(1, 2); // [m]
      sum = sum == null ? loss : sum.add(loss);
    }
    return sum == null ? x.mul(0).sum(1, 2) : sum;
  }

  /** -log of the probability that logits of one shape are of one label. */
  static Tensor differ(Tensor a, Tensor b) {
    return a.softplus().add(b.softplus()).sub(a.add(b).softplus());
  }

  private static Tensor counts(Engine engine, List<BoxLabel> boxes, int direction) {
    ColourEdges size = boxes.get(0).colours();
    int plane = size.height() * size.width();
    float[] counts = new float[Math.multiplyExact(boxes.size(), plane)];
    for (int i = 0; i < boxes.size(); i++) {
      count(boxes.get(i), direction, counts, i * plane);
    }
    return engine.floats(counts, boxes.size(), size.height(), size.width());
  }

  /** The part of maps [m,h,w] that begins at a row and column and lacks so many of each. */
  private static Tensor shifted(Tensor x, int top, int left, int lessRows, int lessColumns) {
    return x.slice(1, top, top + x.size(1) - lessRows)
        .slice(2, left, left + x.size(2) - lessColumns);
  }
}
