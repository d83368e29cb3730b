package org.maskwright.trainer.weak;

import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.weak.WeakDataset;
import org.maskwright.datasets.weak.WeakForm;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.Supervision;
import org.maskwright.trainer.loss.SupervisionKind;
import org.maskwright.trainer.loss.SupervisionSettings;

/** The box of each mask taken for the mask. */
public final class BoxMasks implements SupervisionKind {
  /** Nothing to set. */
  @Doc(
      "Of masks: the rectangle of each object's box taken for its mask, to compare with; losses for boxes do better.")
  public record Settings() implements SupervisionSettings {
    @Override
    public Dataset annotation(Dataset own) {
      return new WeakDataset(SupervisionSettings.super.annotation(own), WeakForm.boxMasks(), 0);
    }

    @Override
    public Supervision of(TrainingExample example, int paddedHeight, int paddedWidth) {
      return MaskSupervision.of(example, paddedHeight, paddedWidth);
    }
  }

  @Override
  public String name() {
    return "box-masks";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
