package org.maskwright.engine.spi;

/** Element-wise functions of two arrays with NumPy broadcasting. */
public enum BinaryOp {
  ADD,
  SUB,
  MUL,
  DIV,
  POW,
  MAX,
  MIN,
  /** Bool result. */
  EQ,
  /** Bool result. */
  NE,
  /** Bool result. */
  LT,
  /** Bool result. */
  LE,
  /** Bool result. */
  GT,
  /** Bool result. */
  GE,
  /** Of two bool arrays. */
  AND,
  /** Of two bool arrays. */
  OR;

  /** Whether the result is bool whatever the arguments are. */
  public boolean isPredicate() {
    return switch (this) {
      case EQ, NE, LT, LE, GT, GE, AND, OR -> true;
      case ADD, SUB, MUL, DIV, POW, MAX, MIN -> false;
    };
  }
}
