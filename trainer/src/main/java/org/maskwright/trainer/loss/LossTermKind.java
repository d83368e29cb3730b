package org.maskwright.trainer.loss;

import org.maskwright.settings.Variant;

/** Loss terms that a configuration can add to those of its criterion. */
public interface LossTermKind extends Variant {
  /** {@link Samples#dice Dice} of whole masks. */
  final class Dice implements LossTermKind {
    @Override
    public String name() {
      return "dice";
    }

    @Override
    public Class<? extends Record> settings() {
      return LossTermSettings.Dice.class;
    }
  }

  /** The focal loss of whole masks. */
  final class Focal implements LossTermKind {
    @Override
    public String name() {
      return "focal";
    }

    @Override
    public Class<? extends Record> settings() {
      return LossTermSettings.Focal.class;
    }
  }
}
