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

/** Masks as if each object had been annotated with a box and a few points. */
public final class Points implements SupervisionKind {
  /** How many points, and what is learnt from them. */
  @Doc(
      "Of masks: as if each object had a box and a few labelled points in it, the same in every epoch and those that data points writes.")
  public record Settings(
      @Doc("Points of each object.") int count,
      @Doc("Seed of the points.") long seed,
      @Doc("What is learnt from them.") PointLosses points,
      @Doc("What is learnt from the boxes beside them, by points.box of its weight.")
          BoxLosses boxes)
      implements SupervisionSettings {
    /** Checks the range. */
    public Settings {
      if (count < 1) {
        throw new IllegalArgumentException("count: expected at least 1, got " + count);
      }
    }

    @Override
    public Dataset annotation(Dataset own) {
      return new WeakDataset(own, WeakForm.points(count), seed);
    }

    @Override
    public Supervision of(TrainingExample example, int paddedHeight, int paddedWidth) {
      return AnnotatedSupervision.of(example, paddedHeight, paddedWidth, points, boxLosses());
    }

    private Optional<BoxLosses> boxLosses() {
      return points.box() > 0 ? Optional.of(boxes) : Optional.empty();
    }

    @Override
    public List<LossTerm> terms() {
      return boxLosses().map(BoxLosses::terms).orElse(List.of());
    }
  }

  @Override
  public String name() {
    return "points";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
