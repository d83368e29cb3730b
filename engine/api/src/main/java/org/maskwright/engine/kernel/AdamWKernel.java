package org.maskwright.engine.kernel;

import java.nio.FloatBuffer;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.runtime.Parallel;

/**
 * The AdamW update on the CPU in one pass over memory: each block of parameter, gradient and
 * moments is read into the first-level cache, updated there with vector instructions, and written
 * back. LibTorch's own fused update writes the scaled gradient back, which an immutable gradient
 * forbids.
 *
 * <p><b>Maths</b> {@link AdamWStep}
 *
 * <p><b>Cost</b> 16 bytes read and 12 written per parameter; {@link Parallel} over blocks.
 */
public final class AdamWKernel {
  /** Elements per block: four blocks of floats fit the first-level cache. */
  private static final int BLOCK = 1024;

  /** Below this, handing work to another thread costs more than it saves. */
  private static final int SHARED_FROM = 65_536;

  private static final ThreadLocal<float[][]> BLOCKS =
      ThreadLocal.withInitial(() -> new float[4][BLOCK]);

  private final FloatBuffer p;
  private final FloatBuffer grad;
  private final FloatBuffer m;
  private final FloatBuffer v;
  private final float keep;
  private final float scale;
  private final float beta1;
  private final float beta2;
  private final float rest1;
  private final float rest2;
  private final float stepSize;
  private final float rootScale;
  private final float eps;

  private AdamWKernel(
      FloatBuffer p, FloatBuffer grad, FloatBuffer m, FloatBuffer v, AdamWStep step) {
    this.p = p;
    this.grad = grad;
    this.m = m;
    this.v = v;
    keep = (float) (1 - step.lr() * step.weightDecay());
    scale = (float) step.gradScale();
    beta1 = (float) step.beta1();
    beta2 = (float) step.beta2();
    rest1 = (float) (1 - step.beta1());
    rest2 = (float) (1 - step.beta2());
    stepSize = (float) (step.lr() / (1 - Math.pow(step.beta1(), step.step())));
    rootScale = (float) (1 / Math.sqrt(1 - Math.pow(step.beta2(), step.step())));
    eps = (float) step.eps();
  }

  /** Updates parameter and both moments of the same length. */
  public static void step(
      FloatBuffer p, FloatBuffer grad, FloatBuffer m, FloatBuffer v, AdamWStep step) {
    AdamWKernel kernel = new AdamWKernel(p, grad, m, v, step);
    int size = p.limit();
    if (size < SHARED_FROM) {
      for (int at = 0; at < size; at += BLOCK) {
        kernel.block(at, Math.min(BLOCK, size - at));
      }
    } else {
      Parallel.forEach(
          (size + BLOCK - 1) / BLOCK,
          i -> kernel.block(i * BLOCK, Math.min(BLOCK, size - i * BLOCK)));
    }
  }

  private void block(int at, int n) {
    float[][] block = BLOCKS.get();
    p.get(at, block[0], 0, n);
    grad.get(at, block[1], 0, n);
    m.get(at, block[2], 0, n);
    v.get(at, block[3], 0, n);
    update(block[0], block[1], block[2], block[3], n);
    p.put(at, block[0], 0, n);
    m.put(at, block[2], 0, n);
    v.put(at, block[3], 0, n);
  }

  private void update(float[] p, float[] g, float[] m, float[] v, int n) {
    for (int i = 0; i < n; i++) {
      float gradient = g[i] * scale;
      float first = m[i] * beta1 + gradient * rest1;
      float second = v[i] * beta2 + gradient * gradient * rest2;
      m[i] = first;
      v[i] = second;
      p[i] = p[i] * keep - stepSize * first / ((float) Math.sqrt(second) * rootScale + eps);
    }
  }
}
