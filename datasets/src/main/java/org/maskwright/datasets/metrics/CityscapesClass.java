package org.maskwright.datasets.metrics;

import java.util.Locale;

/** The eight classes of Cityscapes' instance evaluation. */
public enum CityscapesClass {
  PERSON(24),
  RIDER(25),
  CAR(26),
  TRUCK(27),
  BUS(28),
  TRAIN(31),
  MOTORCYCLE(32),
  BICYCLE(33);

  private final int labelId;

  CityscapesClass(int labelId) {
    this.labelId = labelId;
  }

  /** The label id, as in labelIds and, times 1000, in instanceIds. */
  public int labelId() {
    return labelId;
  }

  /** The official name, as "person". */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
