package org.maskwright.trainer.weak;

import static org.maskwright.modelzoo.part.Ranges.require;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loss.LossTerm;

/**
 * What is learnt from the box of a target.
 *
 * <p><b>Source</b> BoxInst (arXiv 2012.02310), sections 3.1 and 3.2.
 */
@Doc("What is learnt from boxes: loss_projection and loss_pairwise.")
public record BoxLosses(
    @Doc(
            "Weight of the projection term in loss and matching cost: the mask reaches the box's four sides and no further.")
        double projection,
    @Doc(
            "Weight of the pairwise term: neighbours of one colour inside the box are of one label. The projection alone is content with the whole"
                + " box; 0 = without.")
        double pairwise,
    @Doc(
            "Least similarity of colours, exp(-distance in CIELAB / 2), of neighbours that count, in (0,1].")
        double similarity,
    @Doc(
            "Share of the training in which the pairwise term grows from 0 to its weight, in [0,1]; BoxInst's 10,000 of 90,000 steps are 0.11.")
        double warmup) {
  /** Checks the ranges. */
  public BoxLosses {
    require(
        projection > 0 && Double.isFinite(projection),
        "projection",
        "a weight above 0",
        projection);
    require(
        pairwise >= 0 && Double.isFinite(pairwise), "pairwise", "a weight of at least 0", pairwise);
    require(similarity > 0 && similarity <= 1, "similarity", "a value in (0,1]", similarity);
    require(warmup >= 0 && warmup <= 1, "warmup", "a share in [0,1]", warmup);
  }

  /** The terms that learn from boxes. */
  List<LossTerm> terms() {
    List<LossTerm> out = new ArrayList<>(List.of(new ProjectionTerm(projection)));
    if (pairwise > 0) {
      out.add(new PairwiseTerm(pairwise, warmup));
    }
    return out;
  }
}
