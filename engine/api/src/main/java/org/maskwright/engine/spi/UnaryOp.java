package org.maskwright.engine.spi;

/** Element-wise functions of one array. The result has the argument's dtype unless it says bool. */
public enum UnaryOp {
  NEG,
  ABS,
  EXP,
  LOG,
  SQRT,
  RSQRT,
  SQUARE,
  RECIPROCAL,
  SIN,
  COS,
  TANH,
  /** 1 / (1 + exp(-x)). */
  SIGMOID,
  RELU,
  /** x * Phi(x) with the error function, not the tanh approximation. */
  GELU,
  /** log(1 + exp(x)) without overflow. */
  SOFTPLUS,
  ERF,
  FLOOR,
  /** Half to even. */
  ROUND,
  SIGN,
  /** Logical not of a bool array. */
  NOT,
  /** Bool: neither infinite nor NaN. */
  IS_FINITE
}
