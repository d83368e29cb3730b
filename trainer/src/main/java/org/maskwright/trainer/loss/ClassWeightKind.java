package org.maskwright.trainer.loss;

import org.maskwright.settings.Variant;

/** Ways to weigh the classes in the class loss: {@code criterion.points.class-weights}. */
public interface ClassWeightKind extends Variant {
  /** All alike. */
  final class None implements ClassWeightKind {
    @Override
    public String name() {
      return "none";
    }

    @Override
    public Class<? extends Record> settings() {
      return ClassWeightSettings.None.class;
    }
  }

  /** Given by name. */
  final class Given implements ClassWeightKind {
    @Override
    public String name() {
      return "given";
    }

    @Override
    public Class<? extends Record> settings() {
      return ClassWeightSettings.Given.class;
    }
  }

  /** By the inverse of their frequency. */
  final class InverseFrequency implements ClassWeightKind {
    @Override
    public String name() {
      return "inverse-frequency";
    }

    @Override
    public Class<? extends Record> settings() {
      return ClassWeightSettings.InverseFrequency.class;
    }
  }

  /** By the inverse of their effective number. */
  final class EffectiveNumber implements ClassWeightKind {
    @Override
    public String name() {
      return "effective-number";
    }

    @Override
    public Class<? extends Record> settings() {
      return ClassWeightSettings.EffectiveNumber.class;
    }
  }
}
