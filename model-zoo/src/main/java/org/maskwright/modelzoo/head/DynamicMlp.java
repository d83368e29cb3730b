package org.maskwright.modelzoo.head;

import org.maskwright.engine.tensor.Tensor;

/**
 * Linear layers with ReLU between them whose weights are values of the forward pass: each of n
 * objects has its own.
 *
 * <p><b>Source</b> Implicit PointRend (arXiv 2104.06404), section 5: {@code ImplicitPointHead} of
 * detectron2's PointRend; parameters are all weights, layer after layer, then all biases
 *
 * @param in width of the input
 * @param width of the layers between
 * @param out width of the output
 * @param layers at least 2
 */
public record DynamicMlp(int in, int width, int out, int layers) {
  /** Checks the ranges. */
  public DynamicMlp {
    if (in < 1 || width < 1 || out < 1 || layers < 2) {
      throw new IllegalArgumentException(
          "dynamic MLP: expected widths of at least 1 and at least 2 layers, got %d, %d, %d and %d"
              .formatted(in, width, out, layers));
    }
  }

  private int inputOf(int layer) {
    return layer == 0 ? in : width;
  }

  private int outputOf(int layer) {
    return layer == layers - 1 ? out : width;
  }

  /** How many numbers make the layers of one object. */
  public int parameterCount() {
    long sum = 0;
    for (int l = 0; l < layers; l++) {
      sum += (inputOf(l) + 1L) * outputOf(l);
    }
    return Math.toIntExact(sum);
  }

  /**
   * The layers' output.
   *
   * @param x [n,P,in]
   * @param parameters [n,N] with N of {@link #parameterCount}
   * @return [n,P,out]
   */
  public Tensor forward(Tensor x, Tensor parameters) {
    if (parameters.rank() != 2 || parameters.size(1) != parameterCount()) {
      throw new IllegalArgumentException(
          "dynamic MLP: expected parameters [n,%d], got %s"
              .formatted(parameterCount(), parameters));
    }
    long n = parameters.size(0);
    long weightAt = 0;
    long biasAt = 0;
    for (int l = 0; l < layers; l++) {
      biasAt += (long) inputOf(l) * outputOf(l);
    }
    Tensor y = x;
    for (int l = 0; l < layers; l++) {
      long size = (long) inputOf(l) * outputOf(l);
      Tensor weight =
          parameters.slice(1, weightAt, weightAt + size).reshape(n, outputOf(l), inputOf(l));
      Tensor bias = parameters.slice(1, biasAt, biasAt + outputOf(l)).unsqueeze(1); // [n,1,out]
      y = (l == 0 ? y : y.relu()).matmulTransposed(weight).add(bias);
      weightAt += size;
      biasAt += outputOf(l);
    }
    return y;
  }
}
