package org.maskwright.trainer.prompt;

import static org.maskwright.modelzoo.part.Ranges.require;

import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loop.TrainTaskSettings;

/** {@link PromptTask}. */
public final class PromptTaskKind implements TrainTaskKind {
  /** How a model is taught to answer prompts. */
  @Doc("Masks that answer points and boxes, as Segment Anything is trained.")
  public record Settings(
      @Doc("At most so many objects of a picture in a step, chosen at random.") int objects,
      @Doc("Objects that cover more than this share of the picture are left out.") double largest,
      @Doc(
              "Points that follow the errors of the answer before, one each time; with the first prompt and twice none there are three answers more.")
          int points,
      @Doc("Share of the objects whose first prompt is a box and not a point.") double boxes,
      @Doc("Standard deviation of a box's edges, as a share of its side.") double boxNoise,
      @Doc("Most pixels that an edge of a box is off.") double boxNoiseLimit,
      @Doc(
              "Whether the first prompt is answered by three masks, of which the best learns; else by the single one.")
          boolean hypotheses,
      @Doc(
              "Times by which mask logits are enlarged before the loss is taken: 1 = as the decoder gives them.")
          int enlargement,
      @Doc("Weight of the focal loss.") double focalWeight,
      @Doc("Balance of foreground in the focal loss, in [0,1].") double focalAlpha,
      @Doc("Exponent of the focal loss, at least 0.") double focalGamma,
      @Doc("Weight of the dice loss.") double diceWeight,
      @Doc("Weight of the squared error of the IoU that the model expects.") double qualityWeight)
      implements TrainTaskSettings {
    private static final int MOST_ENLARGED = 16;

    /** Checks the ranges. */
    public Settings {
      require(objects >= 1, "objects", "at least 1", objects);
      require(largest > 0 && largest <= 1, "largest", "a share in (0,1]", largest);
      require(points >= 0, "points", "at least 0", points);
      require(boxes >= 0 && boxes <= 1, "boxes", "a share in [0,1]", boxes);
      requireWeight("boxNoise", boxNoise);
      requireWeight("boxNoiseLimit", boxNoiseLimit);
      require(
          enlargement >= 1 && enlargement <= MOST_ENLARGED,
          "enlargement",
          "1 to " + MOST_ENLARGED,
          enlargement);
      requireWeight("focalWeight", focalWeight);
      require(focalAlpha >= 0 && focalAlpha <= 1, "focalAlpha", "a value in [0,1]", focalAlpha);
      requireWeight("focalGamma", focalGamma);
      requireWeight("diceWeight", diceWeight);
      requireWeight("qualityWeight", qualityWeight);
      require(
          focalWeight + diceWeight > 0,
          "focalWeight",
          "above 0, or dice-weight above 0",
          focalWeight);
    }

    private static void requireWeight(String name, double value) {
      require(value >= 0 && value < Double.POSITIVE_INFINITY, name, "at least 0", value);
    }

    @Override
    public TrainTask build(Context context) {
      return new PromptTask(context.model(), this, context.sources(), context.normalization());
    }
  }

  @Override
  public boolean trains(DecoderConfig decoder) {
    return decoder.takesPrompts();
  }

  @Override
  public String name() {
    return "prompts";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
