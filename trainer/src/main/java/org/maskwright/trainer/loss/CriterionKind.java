package org.maskwright.trainer.loss;

import org.maskwright.settings.Variant;

/** How predictions can be compared with targets. */
public interface CriterionKind extends Variant {
  /** Mask2Former's. */
  final class Points implements CriterionKind {
    @Override
    public String name() {
      return "points";
    }

    @Override
    public Class<? extends Record> settings() {
      return CriterionSettings.Points.class;
    }
  }

  /** MaskFormer's. */
  final class Dense implements CriterionKind {
    @Override
    public String name() {
      return "dense";
    }

    @Override
    public Class<? extends Record> settings() {
      return CriterionSettings.Dense.class;
    }
  }

  /** Of the per-pixel baselines. */
  final class PerPixel implements CriterionKind {
    @Override
    public String name() {
      return "per-pixel";
    }

    @Override
    public Class<? extends Record> settings() {
      return CriterionSettings.PerPixel.class;
    }
  }
}
