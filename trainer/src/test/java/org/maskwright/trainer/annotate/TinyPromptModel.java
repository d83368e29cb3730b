package org.maskwright.trainer.annotate;

import java.nio.file.Path;
import java.util.List;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.ImageEmbeddingPart;
import org.maskwright.modelzoo.prompt.PromptsPart;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;

/** A model of random values that answers prompts. */
final class TinyPromptModel {
  private static final int SIDE = 64;

  private TinyPromptModel() {}

  static void write(Path folder) {
    VitPart.Settings encoder =
        new VitPart.Settings(
            VitFamily.SAM,
            16,
            32,
            2,
            2,
            64,
            VitActivation.GELU,
            false,
            4,
            0,
            3,
            List.of(1),
            32,
            0,
            0,
            0,
            false);
    ModelConfig config =
        new ModelConfig(
            32,
            4,
            SIDE,
            encoder,
            new ImageEmbeddingPart.Settings(),
            new PromptsPart.Settings(2, 4, 64, 0));
    ClassSpace classes = ClassSpace.ofSize(1);
    ModelFile file =
        ModelFile.of(config, classes, SIDE, SIDE, Normalization.IMAGENET, "random values");
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withSeed(5));
        SegmentationModel model = SegmentationModels.build(engine, config, classes)) {
      ModelFolder.write(folder, file, model);
    }
  }
}
