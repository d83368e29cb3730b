package org.maskwright.trainer.incontext;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Normalization;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.InContextPart;
import org.maskwright.modelzoo.pixeldecoder.TokensPart;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;

/** The smallest model that answers by examples: pictures of 16 x 16 pixels, two blocks. */
public final class TinyInContext {
  /** Of a picture, in pixels. */
  public static final int SIDE = 16;

  private TinyInContext() {}

  /** Its configuration. */
  public static ModelConfig model() {
    return model(/* ownExample= */ false);
  }

  /** With an example of its own, or without. */
  static ModelConfig model(boolean ownExample) {
    VitPart.Settings encoder =
        new VitPart.Settings(
            VitFamily.PAINTER,
            4,
            32,
            2,
            2,
            32,
            VitActivation.GELU,
            false,
            4,
            4,
            0,
            0,
            List.of(),
            0,
            2,
            32,
            0,
            false);
    return new ModelConfig(
        32,
        32,
        4,
        encoder,
        new TokensPart.Settings(),
        new InContextPart.Settings(List.of(0, 1), 0, 4, true, ownExample));
  }

  /** Writes a model as a folder. */
  public static void write(Path folder, SegmentationModel model) {
    ModelFile file =
        ModelFile.of(
            model.config(), model.classSpace(), SIDE, SIDE, Normalization.IMAGENET, "none");
    ModelFolder.write(folder, file, model, Optional.empty(), Optional.empty());
  }
}
