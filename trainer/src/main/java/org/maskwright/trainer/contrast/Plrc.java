package org.maskwright.trainer.contrast;

import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireCount;

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

/** PLRC: {@link MomentumTask} of pictures, of points of their regions and of points' likeness. */
public final class Plrc implements TrainTaskKind {
  /** Which points those of a region are told from. */
  public enum Negatives {
    /** Of the other regions of the same picture, as the paper has it. */
    IN_IMAGE,
    /** Of the other pictures of the batch, as the released code has it. */
    IN_BATCH
  }

  /**
   * Contrast of points.
   *
   * @param weight factor on its loss
   */
  @Doc("Points of a region are told by points of the same region in the other view.")
  public record Points(
      @Doc("Factor on the loss.") double weight,
      @Doc("Rows and columns of regions that a picture is divided into.") int grid,
      @Doc("Points of each region.") int count,
      @Doc(
              "What they are told from: in-image = points of the picture's other regions (the paper), in-batch = points of the other pictures that a process computes together (the released code).")
          Negatives negatives,
      @Doc("What cosines are divided by, above 0.") double temperature,
      @Doc("The loss is multiplied by the temperature over this one.") double baseTemperature) {
    /** Checks the ranges. */
    public Points {
      requireWeight("weight", weight);
      require(grid >= 1 && grid <= 64, "grid", "1 to 64", grid);
      requireCount("count", count);
      Moco.requireTemperature("temperature", temperature);
      Moco.requireTemperature("baseTemperature", baseTemperature);
    }
  }

  /**
   * Distillation of points.
   *
   * @param weight factor on its loss
   */
  @Doc("Points say of themselves what the momentum encoder says of them in the other view.")
  public record Affinity(
      @Doc("Factor on the loss.") double weight,
      @Doc("What the model's values are divided by, above 0.") double studentTemperature,
      @Doc("What the momentum encoder's values are divided by at first.") double firstTemperature,
      @Doc("And at last.") double lastTemperature,
      @Doc("Share of the training in which that rises, in [0,1].") double warmup,
      @Doc("How much of the momentum encoder's centre stays in a step, in [0,1).")
          double centreMomentum) {
    /** Checks the ranges. */
    public Affinity {
      requireWeight("weight", weight);
      Moco.requireTemperature("studentTemperature", studentTemperature);
      Moco.requireTemperature("firstTemperature", firstTemperature);
      Moco.requireTemperature("lastTemperature", lastTemperature);
      require(warmup >= 0 && warmup <= 1, "warmup", "a share in [0,1]", warmup);
      require(
          centreMomentum >= 0 && centreMomentum < 1,
          "centreMomentum",
          "a share in [0,1)",
          centreMomentum);
    }
  }

  /** Its settings. */
  @Doc(
      "PLRC, point-level region contrast (arXiv 2202.04639): MoCo, and points of regions are told apart within a picture; docs/pretraining.md.")
  public record Settings(
      @Doc(
              "Views of other pictures in the queue, at least 1; at most as many as the data set has pictures.")
          int queue,
      @Doc("How much of the momentum encoder stays in a step, in [0,1).") double momentum,
      @Doc("What cosines of pictures are divided by, above 0.") double temperature,
      @Doc("Factor on the loss of pictures.") double imageWeight,
      @Doc("Contrast of points.") Points points,
      @Doc("Distillation of points.") Affinity affinity)
      implements TrainTaskSettings {
    /** Checks the ranges. */
    public Settings {
      Moco.requireQueue(queue, momentum, temperature);
      requireWeight("imageWeight", imageWeight);
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
      MomentumTask.requireEnough(own, queue, "train.task.plrc.queue");
      return own;
    }

    @Override
    public TrainTask build(Context context) {
      return MomentumTask.of(
          context, new Moco.Settings(queue, momentum, temperature), Optional.of(this));
    }
  }

  private static void requireWeight(String name, double value) {
    require(value >= 0 && Double.isFinite(value), name, "at least 0", value);
  }

  /** With layers for points. */
  @Override
  public boolean trains(DecoderConfig decoder) {
    return decoder instanceof ContrastPart.Settings contrast && contrast.pointHidden() > 0;
  }

  @Override
  public Optional<PretrainDefaults> pretraining() {
    return Optional.of(
        Moco.planned(
            """
            # no view of a picture beside itself
            train.task.plrc.queue = QUEUE
            # points are told apart
            model.decoder.contrast.point-hidden = 256
            # a map fine enough for regions
            model.decoder.contrast.point-map = 1
            # both views show the same regions
            augment.views.overlap = 0.5
            """));
  }

  @Override
  public String name() {
    return "plrc";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
