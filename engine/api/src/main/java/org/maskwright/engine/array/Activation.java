package org.maskwright.engine.array;

/** What follows a product, number by number. */
public enum Activation {
  /** Nothing. */
  NONE,
  /** max(x, 0). */
  RELU,
  /** x Phi(x), Phi the distribution function of N(0,1) (arXiv 1606.08415). */
  GELU
}
