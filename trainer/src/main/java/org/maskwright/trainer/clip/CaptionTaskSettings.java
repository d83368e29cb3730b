package org.maskwright.trainer.clip;

import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.captions.ToldExamples;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.trainer.loop.PretrainDefaults;
import org.maskwright.trainer.loop.TrainTaskSettings;

/** A task that learns from pictures with captions, whatever else is annotated in them. */
interface CaptionTaskSettings extends TrainTaskSettings {
  @Override
  default boolean takesBareImages() {
    return true;
  }

  @Override
  default Dataset annotation(Dataset own) {
    return CaptionedPictures.of(own);
  }

  @Override
  default Examples examples(
      Examples own, Dataset pictures, ModelConfig model, Consumer<String> notes) {
    CaptionedPictures.cut(pictures, model).ifPresent(notes);
    return new ToldExamples(own, pictures);
  }

  /**
   * The plan of both tasks.
   *
   * @param more settings, as of {@link PretrainDefaults#of}
   */
  static PretrainDefaults planned(String more) {
    return PretrainDefaults.of(
        PretrainDefaults.Learnt.CAPTIONS,
        false,
        "retrieval.R1",
        """
        # pictures and words in one small space
        model.backbone.type = clip-resnet
        model.backbone.clip-resnet.blocks = [2, 2, 2, 2]
        model.backbone.clip-resnet.width = 32
        model.backbone.clip-resnet.norm = batch
        model.backbone.clip-resnet.word-width = 128
        model.backbone.clip-resnet.word-grid = GRID
        model.decoder.type = captions
        model.decoder.captions.embedding = 128
        model.decoder.captions.width = 128
        model.decoder.captions.layers = 4
        model.decoder.captions.heads = 4
        # captions call colours by their names
        augment.crop.color-jitter = false
        # the recipe of CLIP
        optimizer.base.adamw.beta2 = 0.98
        optimizer.weight-decay = 0.1
        """
            + more);
  }
}
