package org.maskwright.modelzoo.onnx;

import java.util.Arrays;

/**
 * A whole number as a function of whole variables, a sum of products of distinct ones: what sizes
 * of tensors are of the sizes of a network's input.
 */
final class Multilinear {
  private final long[] coefficients;

  /**
   * A function.
   *
   * @param coefficients of each product; the bits of its place are the variables in it
   */
  Multilinear(long... coefficients) {
    this.coefficients = coefficients.clone();
  }

  /** The coefficient of a product; the bits of its place are the variables in it. */
  long coefficient(int place) {
    return coefficients[place];
  }

  /**
   * The function that has given values where each variable is {@code low} or one more.
   *
   * @param values at each corner; the bits of its place are the variables that are one more
   */
  static Multilinear through(long low, long... values) {
    // In terms of how far each variable is above low, coefficients are differences of values.
    long[] shifted = values.clone();
    for (int bit = 1; bit < values.length; bit <<= 1) {
      for (int s = 0; s < values.length; s++) {
        if ((s & bit) != 0) {
          shifted[s] -= shifted[s ^ bit];
        }
      }
    }
    for (int bit = 1; bit < values.length; bit <<= 1) {
      for (int s = 0; s < values.length; s++) {
        if ((s & bit) != 0) {
          shifted[s ^ bit] -= low * shifted[s];
        }
      }
    }
    return new Multilinear(shifted);
  }

  /** Its value where all variables have one value. */
  long at(long variable) {
    long sum = 0;
    for (int s = 0; s < coefficients.length; s++) {
      long product = coefficients[s];
      for (int i = Integer.bitCount(s); i > 0; i--) {
        product *= variable;
      }
      sum += product;
    }
    return sum;
  }

  boolean isConstant() {
    return Arrays.stream(coefficients).skip(1).allMatch(c -> c == 0);
  }

  /** Whether it is a multiple of one variable. */
  boolean isMultipleOf(int variable) {
    for (int s = 0; s < coefficients.length; s++) {
      if (coefficients[s] != 0 && s != 1 << variable) {
        return false;
      }
    }
    return coefficients[1 << variable] != 0;
  }
}
