package org.maskwright.trainer.clip;

import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.captions.ToldExamples;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.modelzoo.ModelConfig;
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
}
