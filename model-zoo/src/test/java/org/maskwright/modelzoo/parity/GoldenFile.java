package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/** What the scripts of this folder write, and how a network's values are compared with it. */
public final class GoldenFile {
  private GoldenFile() {}

  public static StateDict read(String name) throws URISyntaxException {
    return Safetensors.read(Path.of(GoldenFile.class.getResource(name + ".safetensors").toURI()));
  }

  /** The tensors whose names start with a prefix, without it. */
  public static StateDict part(StateDict all, String prefix) {
    Map<String, HostTensor> out = new LinkedHashMap<>();
    all.asMap()
        .forEach(
            (name, value) -> {
              if (name.startsWith(prefix) && !name.equals("grad.pixels")) {
                out.put(name.substring(prefix.length()), value);
              }
            });
    return StateDict.of(out);
  }

  public static Tensor tensor(Engine engine, HostTensor value) {
    return engine.floats(value.toFloatArray(), value.shape());
  }

  /** The sum of the values times cos(0.37 n), as the scripts have it. */
  public static Tensor weighted(Tensor t) {
    float[] cotangent = new float[Math.toIntExact(t.numel())];
    for (int n = 0; n < cotangent.length; n++) {
      cotangent[n] = (float) Math.cos(0.37 * n);
    }
    return t.mul(t.engine().floats(cotangent, t.shape())).sum();
  }

  /** The tolerance is a part of the largest expected value. */
  public static void assertClose(
      String what, HostTensor expected, Tensor actual, double tolerance) {
    assertTrue(expected.hasShape(actual.shape()), () -> what + ": " + expected + ", got " + actual);
    float[] values = expected.toFloatArray();
    float[] got = actual.toFloats();
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < values.length; i++) {
      assertEquals(values[i], got[i], tolerance * largest, what + " at " + i);
    }
  }

  /**
   * Compares gradients by three numbers each; a tensor that is fused here has three for each third.
   *
   * @param fingerprints under Maskwright's names
   * @param prefix of these names beyond the parameters'
   * @param tolerance a part of the largest norm among them
   * @return how many were compared
   */
  public static int assertGradients(
      StateDict fingerprints, String prefix, Map<String, Parameter> parameters, double tolerance) {
    double largest = 0;
    for (HostTensor value : fingerprints.values()) {
      float[] numbers = value.toFloatArray();
      for (int i = 2; i < numbers.length; i += 3) {
        largest = Math.max(largest, numbers[i]);
      }
    }
    for (Map.Entry<String, HostTensor> entry : fingerprints.asMap().entrySet()) {
      String name = entry.getKey().substring(prefix.length());
      float[] expected = entry.getValue().toFloatArray();
      float[] gradient = parameters.get(name).grad().toFloats();
      int length = gradient.length * 3 / expected.length;
      for (int i = 0; i < expected.length; i++) {
        int from = i / 3 * length;
        double[] actual = fingerprint(Arrays.copyOfRange(gradient, from, from + length));
        assertEquals(expected[i], actual[i % 3], tolerance * largest, "gradient of " + name);
      }
    }
    return fingerprints.size();
  }

  /** All that is in a file comes back to the bit under its names, but what was ignored. */
  public static void assertComesBack(StateDict theirs, ImportedWeights weights) {
    StateDict back = weights.family().export(weights.state());
    Set<String> ignored = Set.copyOf(weights.ignored());
    assertEquals(
        theirs.keys().stream()
            .filter(key -> !ignored.contains(key))
            .collect(Collectors.toCollection(TreeSet::new)),
        new TreeSet<>(back.keys()));
    back.asMap().forEach((key, value) -> assertTrue(value.contentEquals(theirs.get(key)), key));
  }

  private static double[] fingerprint(float[] values) {
    double[] out = new double[3];
    double square = 0;
    for (int n = 0; n < values.length; n++) {
      out[0] += values[n] * Math.cos(0.37 * n);
      out[1] += values[n] * Math.sin(0.59 * n);
      square += (double) values[n] * values[n];
    }
    out[2] = Math.sqrt(square);
    return out;
  }
}
