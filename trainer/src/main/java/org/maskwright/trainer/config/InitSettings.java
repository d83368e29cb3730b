package org.maskwright.trainer.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.settings.Doc;

/** Where initial values come from. */
@Doc("Where initial values come from, and what stays as it is.")
public record InitSettings(
    @Doc(
            "A model to start from: a Maskwright folder or any checkpoint file that import knows. A class head of another size is"
                + " re-initialised.")
        Optional<Path> model,
    @Doc(
            "Weights of the backbone alone: a folder that import made, or a torchvision, detectron2, Swin or EfficientNet-Lite file, or a Python wheel.")
        Optional<Path> backbone,
    @Doc(
            "Parameters whose name starts with one of these are not trained, for example backbone.stem.")
        List<String> freeze,
    @Doc(
            "What of the backbone learns: all, or norm = scales and shifts of its normalisations alone (HPT), which also go on with their running statistics.")
        TrainOnly trainOnly,
    @Doc("The encoder as it is.") FrozenEncoderSettings frozenEncoder) {
  /** What of the backbone learns. */
  public enum TrainOnly {
    ALL,
    NORM
  }

  /** Checks that both agree. */
  public InitSettings {
    freeze = List.copyOf(freeze);
    Ranges.require(
        trainOnly == TrainOnly.ALL || frozenEncoder instanceof FrozenEncoderSettings.Off,
        "trainOnly",
        "all where frozen-encoder.type is not off",
        trainOnly);
  }
}
