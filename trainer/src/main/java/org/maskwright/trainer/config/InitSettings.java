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
    @Doc("The encoder as it is.") FrozenEncoderSettings frozenEncoder) {}
