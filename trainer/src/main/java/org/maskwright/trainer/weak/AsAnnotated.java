package org.maskwright.trainer.weak;

import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loss.LossTerm;
import org.maskwright.trainer.loss.Supervision;
import org.maskwright.trainer.loss.SupervisionKind;
import org.maskwright.trainer.loss.SupervisionSettings;

/** Each target has what its annotation has. */
public final class AsAnnotated implements SupervisionKind {
  /** What is learnt from what. */
  @Doc(
      "Each target is learnt from what its annotation has: its mask, points, a box, or its class alone, in any mix.")
  public record Settings(
      @Doc("Of objects with points.") PointLosses points,
      @Doc("Of objects with a box and no mask.") BoxLosses boxes)
      implements SupervisionSettings {
    @Override
    public Dataset annotation(Dataset own) {
      return own;
    }

    @Override
    public Supervision of(TrainingExample example, int paddedHeight, int paddedWidth) {
      return AnnotatedSupervision.of(
          example, paddedHeight, paddedWidth, points, Optional.of(boxes));
    }

    @Override
    public List<LossTerm> terms() {
      return boxes.terms();
    }
  }

  @Override
  public String name() {
    return "as-annotated";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
