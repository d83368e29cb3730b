package org.maskwright.engine.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.ParameterExchange;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.engine.torch.Processes;

class SynchronisedBatchNormTest {
  private static final int IMAGES = 5;
  private static final int CHANNELS = 3;
  private static final int PIXELS = 8;
  private static final int IMAGE = CHANNELS * PIXELS;

  private static float[] values(int seed) {
    Random random = new Random(seed);
    float[] out = new float[IMAGES * IMAGE];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (10 + 3 * random.nextGaussian());
    }
    return out;
  }

  /** Result and input gradient of images from to to; parameters' gradients, running statistics. */
  private static List<float[]> run(ProcessGroup group, int from, int to) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
        BatchNorm norm = new BatchNorm(engine, CHANNELS);
        Scope scope = engine.scope()) {
      engine.join(group, group);
      norm.setTraining(true);
      float[] in = Arrays.copyOfRange(values(1), from * IMAGE, to * IMAGE);
      float[] weights = Arrays.copyOfRange(values(2), from * IMAGE, to * IMAGE);
      Tensor x = engine.floats(in, to - from, CHANNELS, 2, PIXELS / 2).variable();
      Tensor y = norm.forward(x);
      Tensor loss = y.square().mul(engine.floats(weights, to - from, CHANNELS, 2, PIXELS / 2));
      new ParameterExchange(engine, group, norm.parameters().values())
          .whileAdded(() -> loss.sum().backward());
      List<float[]> out = new ArrayList<>(List.of(y.toFloats(), x.grad().toFloats()));
      norm.parameters().values().forEach(p -> out.add(p.grad().toFloats()));
      norm.buffers().values().forEach(b -> out.add(b.tensor().toFloats()));
      return out;
    }
  }

  @Test
  void theStatisticsOfTwoProcessesAreThoseOfOneBatchOfTheirImages() throws Exception {
    List<float[]> whole = run(ProcessGroup.alone(), 0, IMAGES);
    List<Object> halves =
        Processes.each(2, group -> group.rank() == 0 ? run(group, 0, 2) : run(group, 2, IMAGES));
    for (int rank = 0; rank < 2; rank++) {
      if (halves.get(rank) instanceof Throwable error) {
        throw new AssertionError(error);
      }
      List<?> got = (List<?>) halves.get(rank);
      int from = (rank == 0 ? 0 : 2) * IMAGE;
      int to = (rank == 0 ? 2 : IMAGES) * IMAGE;
      assertEquals(whole.size(), got.size());
      for (int i = 0; i < whole.size(); i++) {
        float[] expected = whole.get(i);
        assertArrayEquals(
            i < 2 ? Arrays.copyOfRange(expected, from, to) : expected,
            (float[]) got.get(i),
            i < 2 ? 2e-4f : 1e-3f, // gradients of parameters are sums of hundreds
            "rank " + rank + ", value " + i);
      }
    }
  }
}
