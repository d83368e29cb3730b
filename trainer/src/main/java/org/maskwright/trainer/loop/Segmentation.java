package org.maskwright.trainer.loop;

import org.maskwright.settings.Doc;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.SourceSupervision;

/** {@link SegmentationTask}. */
public final class Segmentation implements TrainTaskKind {
  /** Nothing to set: the criterion and the sources say it all. */
  @Doc("Masks with classes, by the section criterion.")
  public record Settings() implements TrainTaskSettings {
    @Override
    public TrainTask build(Context context) {
      return new SegmentationTask(
          context.model(),
          Criterion.of(context.criterion()).with(SourceSupervision.terms(context.sources())),
          context.sources(),
          context.normalization(),
          context.warnings());
    }
  }

  @Override
  public String name() {
    return "segmentation";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
