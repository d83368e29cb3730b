package org.maskwright.engine.spi;

/** Reductions over axes. */
public enum ReduceOp {
  SUM,
  MEAN,
  MAX,
  MIN,
  /** Logical or of a bool array. */
  ANY,
  /** Logical and of a bool array. */
  ALL
}
