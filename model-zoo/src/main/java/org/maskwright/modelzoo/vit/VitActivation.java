package org.maskwright.modelzoo.vit;

import org.maskwright.engine.array.Activation;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.tensor.Tensor;

/** What is between the two layers of a block's feed-forward network. */
public enum VitActivation {
  /** GELU; the layers are {@code fc1} and {@code fc2}. */
  GELU("fc1", "fc2", 1),
  /** x sigmoid(1.702 x), OpenAI's GELU; layers as before. */
  QUICK_GELU("fc1", "fc2", 1),
  /**
   * SwiGLU (arXiv 2002.05202): silu of the first half of a layer of twice the width, times the
   * second half; the layers are {@code w12} and {@code w3}.
   */
  SWIGLU("w12", "w3", 2);

  private static final double OPENAI_SLOPE = 1.702;

  private final String first;
  private final String second;
  private final int halves;

  VitActivation(String first, String second, int halves) {
    this.first = first;
    this.second = second;
    this.halves = halves;
  }

  String first() {
    return first;
  }

  String second() {
    return second;
  }

  /** How many times the hidden width the first layer gives. */
  int halves() {
    return halves;
  }

  /** x [..,C] through the first layer, then to [..,C/halves]. */
  public Tensor apply(Linear first, Tensor x) {
    return switch (this) {
      case GELU -> first.forward(x, Activation.GELU);
      case QUICK_GELU -> quick(first.forward(x));
      case SWIGLU -> gated(first.forward(x));
    };
  }

  private static Tensor quick(Tensor x) {
    return x.mul(x.mul(OPENAI_SLOPE).sigmoid());
  }

  private static Tensor gated(Tensor x) {
    int axis = x.rank() - 1;
    long half = x.size(axis) / 2;
    Tensor gate = x.slice(axis, 0, half);
    return gate.mul(gate.sigmoid()).mul(x.slice(axis, half, 2 * half));
  }
}
