package org.maskwright.trainer.weak;

import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.weak.WeakDataset;
import org.maskwright.datasets.weak.WeakForm;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loss.LossTerm;
import org.maskwright.trainer.loss.Supervision;
import org.maskwright.trainer.loss.SupervisionKind;
import org.maskwright.trainer.loss.SupervisionSettings;

/** Masks as if each object had been annotated with a box. */
public final class Boxes implements SupervisionKind {
  private static final PointLosses NO_POINTS = new PointLosses(0, 0, 0, 0);

  /** What is learnt from them. */
  @Doc("Of masks: as if each object had a box alone.")
  public record Settings(@Doc("What is learnt from them.") BoxLosses boxes)
      implements SupervisionSettings {
    @Override
    public Dataset annotation(Dataset own) {
      return new WeakDataset(own, WeakForm.boxes(), 0);
    }

    @Override
    public Supervision of(TrainingExample example, int paddedHeight, int paddedWidth) {
      return AnnotatedSupervision.of(
          example, paddedHeight, paddedWidth, NO_POINTS, Optional.of(boxes));
    }

    @Override
    public List<LossTerm> terms() {
      return boxes.terms();
    }
  }

  @Override
  public String name() {
    return "boxes";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
