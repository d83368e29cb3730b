package org.maskwright.trainer.contrast;

import static org.maskwright.modelzoo.part.Ranges.require;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.pretext.ContrastPart;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.PretrainDefaults;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loop.TrainTaskSettings;

/** MoCo v2: {@link MomentumTask} of pictures alone. */
public final class Moco implements TrainTaskKind {
  /** Its settings. */
  @Doc(
      "MoCo v2 (arXiv 2003.04297): a view of a picture is told by its other view among views of other pictures that a queue holds; docs/pretraining.md.")
  public record Settings(
      @Doc(
              "Views of other pictures in the queue, at least 1; at most as many as the data set has pictures.")
          int queue,
      @Doc("How much of the momentum encoder stays in a step, in [0,1).") double momentum,
      @Doc("What cosines are divided by, above 0.") double temperature)
      implements TrainTaskSettings {
    /** Checks the ranges. */
    public Settings {
      requireQueue(queue, momentum, temperature);
    }

    @Override
    public boolean takesBareImages() {
      return true;
    }

    @Override
    public OptionalInt views() {
      return OptionalInt.of(2);
    }

    @Override
    public Examples examples(
        Examples own, Dataset pictures, ModelConfig model, Consumer<String> notes) {
      MomentumTask.requireEnough(own, queue, "train.task.moco.queue");
      return own;
    }

    @Override
    public TrainTask build(Context context) {
      return MomentumTask.of(context, this, Optional.empty());
    }
  }

  static void requireQueue(int queue, double momentum, double temperature) {
    require(queue >= 1, "queue", "at least 1", queue);
    require(momentum >= 0 && momentum < 1, "momentum", "a share in [0,1)", momentum);
    requireTemperature("temperature", temperature);
  }

  static void requireTemperature(String name, double value) {
    require(value > 0 && Double.isFinite(value), name, "above 0", value);
  }

  @Override
  public boolean trains(DecoderConfig decoder) {
    return decoder instanceof ContrastPart.Settings;
  }

  @Override
  public Optional<PretrainDefaults> pretraining() {
    return Optional.of(
        planned(
            """
            # no view of a picture beside itself
            train.task.moco.queue = QUEUE
            """));
  }

  /**
   * Two views of each picture, told apart by a contrast.
   *
   * @param more settings, as of {@link PretrainDefaults#of}
   */
  static PretrainDefaults planned(String more) {
    return PretrainDefaults.of(
        PretrainDefaults.Learnt.PICTURES,
        false,
        "points.accuracy",
        """
        # views are told apart
        model.decoder.type = contrast
        # two views of a picture, all of the pictures' side
        augment.type = views
        augment.views.view.height = SIDE
        augment.views.view.width = SIDE
        """
            + more);
  }

  @Override
  public String name() {
    return "moco";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
