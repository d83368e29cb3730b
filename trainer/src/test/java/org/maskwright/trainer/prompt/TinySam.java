package org.maskwright.trainer.prompt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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

/** A Segment Anything of random values and two blocks, for pictures of 64 pixels. */
public final class TinySam {
  /** Long side of the input. */
  public static final int SIDE = 64;

  private TinySam() {}

  /** What it is. */
  public static ModelConfig config() {
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
    return new ModelConfig(
        32,
        4,
        SIDE,
        encoder,
        new ImageEmbeddingPart.Settings(),
        new PromptsPart.Settings(2, 4, 64, 0));
  }

  /** As a model folder. */
  public static Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withSeed(3));
        SegmentationModel model = SegmentationModels.build(engine, config(), ClassSpace.OBJECT)) {
      ModelFile file =
          ModelFile.of(config(), ClassSpace.OBJECT, SIDE, SIDE, Normalization.IMAGENET, "none");
      ModelFolder.write(folder, file, model, Optional.empty(), Optional.empty());
    }
    return folder;
  }
}
