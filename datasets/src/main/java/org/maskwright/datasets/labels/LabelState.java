package org.maskwright.datasets.labels;

/** How far the labelling of a picture is. */
public enum LabelState {
  /** Nothing is drawn, and nobody said that nothing is to be drawn. */
  UNLABELLED,
  /** Some objects are drawn. */
  LABELLED,
  /** All objects are drawn, or there are none: a model can learn from it. */
  DONE
}
