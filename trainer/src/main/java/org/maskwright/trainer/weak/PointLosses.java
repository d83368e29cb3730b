package org.maskwright.trainer.weak;

import static org.maskwright.modelzoo.part.Ranges.require;

import org.maskwright.settings.Doc;

/**
 * What is learnt from the labelled points of a target.
 *
 * <p><b>Source</b> PointSup (arXiv 2104.06404), section 4; points outside the box are this
 * project's own: PointSup's head sees the box alone, a query predicts the whole image.
 */
@Doc("What is learnt from labelled points: the mask terms of the criterion at those places alone.")
public record PointLosses(
    @Doc("So many points of an object in a step, drawn anew each time; 0 = all of them.")
        int perStep,
    @Doc(
            "So many more in a step that are drawn outside the object's box and count as outside the object; without them nothing says that a mask"
                + " ends at the box.")
        int negatives,
    @Doc(
            "Factor on the dice loss at points, in [0,1]; of few points it is noisy. Matching has it whole.")
        double dice,
    @Doc("Factor on the losses of boxes for objects that have points beside their box, in [0,1].")
        double box) {
  /** Checks the ranges. */
  public PointLosses {
    require(perStep >= 0, "perStep", "at least 0", perStep);
    require(negatives >= 0, "negatives", "at least 0", negatives);
    require(dice >= 0 && dice <= 1, "dice", "a factor in [0,1]", dice);
    require(box >= 0 && box <= 1, "box", "a factor in [0,1]", box);
  }
}
