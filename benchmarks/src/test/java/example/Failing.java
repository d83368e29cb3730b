package example;

import java.util.Optional;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loop.TrainTaskSettings;
import org.maskwright.trainer.loss.LossTerm;
import org.maskwright.trainer.loss.LossTermKind;
import org.maskwright.trainer.loss.LossTermSettings;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.MatchedOutputs;
import org.maskwright.trainer.loss.StepNormalizers;

/** What can be built and fails in the first step. */
public final class Failing {
  private Failing() {}

  /** A loss term. */
  public static final class Term implements LossTermKind {
    @Override
    public String name() {
      return "failing";
    }

    @Override
    public Class<? extends Record> settings() {
      return TermSettings.class;
    }
  }

  /** Its settings. */
  public record TermSettings() implements LossTermSettings {
    @Override
    public LossTerm build(String name) {
      return new BuiltTerm(name);
    }
  }

  private record BuiltTerm(String name) implements LossTerm {
    @Override
    public Optional<Tensor> losses(MatchedOutputs outputs) {
      throw new IllegalStateException("the term's author forgot something");
    }
  }

  /** A task. */
  public static final class Task implements TrainTaskKind {
    @Override
    public String name() {
      return "failing";
    }

    @Override
    public Class<? extends Record> settings() {
      return TaskSettings.class;
    }
  }

  /** Its settings. */
  public record TaskSettings() implements TrainTaskSettings {
    @Override
    public TrainTask build(Context context) {
      return new BuiltTask(context.model());
    }
  }

  private record BuiltTask(SegmentationModel trained) implements TrainTask {
    @Override
    public Module model() {
      return trained;
    }

    @Override
    public StepNormalizers normalizers(Step step) {
      return StepNormalizers.NONE;
    }

    @Override
    public Losses losses(StepPart part) {
      throw new IllegalStateException("the task's author forgot something");
    }
  }
}
