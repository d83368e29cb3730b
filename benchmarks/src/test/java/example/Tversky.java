package example;

import java.util.Optional;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loss.LossTerm;
import org.maskwright.trainer.loss.LossTermKind;
import org.maskwright.trainer.loss.LossTermSettings;
import org.maskwright.trainer.loss.MatchedOutputs;
import org.maskwright.trainer.loss.Samples;

/** Dice that says what a missed pixel and a false one cost (arXiv 1706.05721). */
public final class Tversky implements LossTermKind {
  @Override
  public String name() {
    return "tversky";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** Its numbers. */
  public record Settings(
      @Doc("Weight in the loss, at least 0.") double weight,
      @Doc("Cost of a false pixel; 0.5 of both is dice.") double alarm,
      @Doc("Cost of a missed pixel.") double miss)
      implements LossTermSettings {
    /** Checks the ranges. */
    public Settings {
      if (!(weight >= 0 && alarm >= 0 && miss >= 0)) {
        throw new IllegalArgumentException("weight: expected three numbers of at least 0");
      }
    }

    @Override
    public LossTerm build(String name) {
      return new Term(name, this);
    }
  }

  private record Term(String name, Settings settings) implements LossTerm {
    @Override
    public Optional<Tensor> losses(MatchedOutputs outputs) {
      return outputs.atPoints(settings.weight(), this::each);
    }

    /** Logits and labels [m,P] of m matched masks to m losses. */
    private Tensor each(Samples samples) {
      Tensor s = samples.probabilities();
      Tensor both = samples.sum(s.mul(samples.labels()));
      Tensor alarm = samples.sum(s).sub(both).mul(settings.alarm());
      Tensor miss = samples.sum(samples.labels()).sub(both).mul(settings.miss());
      return both.add(1).div(both.add(alarm).add(miss).add(1)).neg().add(1);
    }
  }
}
