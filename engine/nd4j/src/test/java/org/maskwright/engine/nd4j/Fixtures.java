package org.maskwright.engine.nd4j;

import java.util.Random;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.DeviceArray;

/** Random arrays, and arrays read in float64. */
final class Fixtures {
  private final Backend backend;
  private final Random random = new Random(7);

  Fixtures(Backend backend) {
    this.backend = backend;
  }

  /** Values in [-1,1). */
  DeviceArray random(long... shape) {
    float[] data = new float[Extents.size(shape)];
    for (int i = 0; i < data.length; i++) {
      data[i] = 2 * random.nextFloat() - 1;
    }
    return backend.fromFloats(data, shape);
  }

  double[] values(DeviceArray a) {
    float[] floats = backend.toFloats(a);
    double[] out = new double[floats.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = floats[i];
    }
    return out;
  }

  /** Inner product of all elements. */
  double dot(DeviceArray a, DeviceArray b) {
    double[] x = values(a);
    double[] y = values(b);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
