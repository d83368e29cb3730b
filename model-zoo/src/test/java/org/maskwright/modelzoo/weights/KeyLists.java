package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** State dicts with exactly the keys and shapes of a list, with seeded values. */
public final class KeyLists {
  private KeyLists() {}

  /** The published key lists beside the shared test data; skips the test where they are absent. */
  static Path published(String name) {
    Path file = Path.of(System.getProperty("maskwright.shared", "absent"), "reference/keys", name);
    assumeTrue(Files.exists(file), "no key list " + file);
    return file;
  }

  public static Map<String, long[]> shapes(Path list) throws IOException {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (String line : Files.readAllLines(list)) {
      String[] columns = line.split("\t", -1);
      long[] shape =
          columns[1].isEmpty()
              ? new long[0]
              : Arrays.stream(columns[1].split("x")).mapToLong(Long::parseLong).toArray();
      shapes.put(columns[0], shape);
    }
    return shapes;
  }

  /** Tensors without values, for what looks at names and shapes only. */
  static StateDict shapesOnly(Map<String, long[]> shapes) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    shapes.forEach(
        (key, shape) ->
            tensors.put(
                key,
                HostTensor.lazy(
                    ElementType.F32,
                    shape,
                    () -> {
                      throw new IllegalStateException("values of " + key);
                    })));
    return StateDict.of(tensors);
  }

  static StateDict state(Map<String, long[]> shapes) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    shapes.forEach((key, shape) -> tensors.put(key, tensor(key, shape)));
    return StateDict.of(tensors);
  }

  /** Counters are 0 and a repeated norm equals its original, as in real files. */
  private static HostTensor tensor(String key, long[] shape) {
    if (key.endsWith("num_batches_tracked")) {
      return HostTensor.ofLongs(new long[] {0});
    }
    String seed =
        key.replace("encoder.model.layernorm", "encoder.hidden_states_norms.3")
            .replace("encoder.swin.layernorm", "encoder.hidden_states_norms.stage4");
    int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    Random random = new Random(seed.hashCode());
    if (key.endsWith("relative_position_index")) {
      return HostTensor.ofLongs(random.longs(count, 0, 169).toArray(), shape);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(1 << 16);
    }
    return HostTensor.ofFloats(values, shape);
  }
}
