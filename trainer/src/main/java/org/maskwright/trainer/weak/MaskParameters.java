package org.maskwright.trainer.weak;

import java.util.Optional;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.PointMasks;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loss.LossTerm;
import org.maskwright.trainer.loss.LossTermKind;
import org.maskwright.trainer.loss.LossTermSettings;
import org.maskwright.trainer.loss.MatchedOutputs;
import org.maskwright.trainer.loss.StepNormalizers;

/** Keeps the numbers small of which masks are made that are functions of the place. */
public final class MaskParameters implements LossTermKind {
  @Override
  public String name() {
    return "mask-parameters";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** Its weight. */
  @Doc(
      "Mean square of the numbers that make a mask, for the decoder implicit-points; of others it is nothing.")
  public record Settings(@Doc("Weight in the loss, at least 0; 1e-5 in the paper.") double weight)
      implements LossTermSettings {
    /** Checks the range. */
    public Settings {
      LossTermSettings.requireWeight(weight);
    }

    @Override
    public LossTerm build(String name) {
      return new Term(name, weight);
    }
  }

  /**
   * Of the matched masks of the last output.
   *
   * <p><b>Maths</b> the sum over them of mean(theta^2), divided by the number of targets of the
   * step
   *
   * <p><b>Source</b> Implicit PointRend (arXiv 2104.06404), section 5: {@code loss_l2}
   */
  private record Term(String name, double weight) implements LossTerm {
    @Override
    public Optional<Tensor> losses(MatchedOutputs outputs) {
      return outputs.predictions().extra(PointMasks.class).flatMap(m -> ofLast(outputs, m));
    }

    private Optional<Tensor> ofLast(MatchedOutputs outputs, PointMasks masks) {
      return outputs.ofLastRows(
          weight / Math.max(1, outputs.step().get(StepNormalizers.MASKS)),
          rows -> masks.parameters(rows).square().mean(1));
    }
  }
}
