package org.maskwright.trainer.incontext;

import static org.maskwright.modelzoo.part.Ranges.require;

import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loop.TrainTaskSettings;

/** {@link PromptTuningTask}. */
public final class PromptTuning implements TrainTaskKind {
  /**
   * What is learnt from.
   *
   * @param beta of smooth L1, above 0
   */
  @Doc(
      "An example for all pictures of a data set, learnt while the model stays; docs/in-context.md.")
  public record Settings(
      @Doc("Differences of normalised colours below this count by their squares; above 0.")
          double beta)
      implements TrainTaskSettings {
    /** Checks the range. */
    public Settings {
      require(beta > 0, "beta", "above 0", beta);
    }

    @Override
    public TrainTask build(Context context) {
      return new PromptTuningTask(context.model(), beta, context.normalization());
    }
  }

  @Override
  public boolean trains(DecoderConfig decoder) {
    return decoder.takesExamples();
  }

  @Override
  public String name() {
    return "prompt-tuning";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
