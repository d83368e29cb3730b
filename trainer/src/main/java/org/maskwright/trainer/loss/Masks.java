package org.maskwright.trainer.loss;

import org.maskwright.datasets.TrainingExample;
import org.maskwright.settings.Doc;

/** Every pixel of every target's mask is known. */
public final class Masks implements SupervisionKind {
  /** Nothing to set. */
  @Doc("Each pixel of a mask is known and counts as much as any other.")
  public record Settings() implements SupervisionSettings {
    @Override
    public Supervision of(TrainingExample example, int paddedHeight, int paddedWidth) {
      return MaskSupervision.of(example, paddedHeight, paddedWidth);
    }

    @Override
    public boolean takesClips() {
      return true;
    }
  }

  @Override
  public String name() {
    return "masks";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
