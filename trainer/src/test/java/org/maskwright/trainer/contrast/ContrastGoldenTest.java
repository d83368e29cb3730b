package org.maskwright.trainer.contrast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.ViewCrop;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;

/** Losses, updates and regions against a twin in PyTorch; make_golden.py beside golden.txt. */
class ContrastGoldenTest {
  private static final Map<String, String[]> GOLDEN = golden();

  private static Map<String, String[]> golden() {
    Map<String, String[]> out = new HashMap<>();
    try (InputStream in =
        Objects.requireNonNull(ContrastGoldenTest.class.getResourceAsStream("golden.txt"))) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" ", -1))
          .forEach(fields -> out.put(fields[0], fields));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out;
  }

  private static float[] values(String name) {
    String[] fields = GOLDEN.get(name);
    float[] out = new float[fields.length - 2];
    for (int i = 0; i < out.length; i++) {
      out[i] = Float.parseFloat(fields[i + 2]);
    }
    return out;
  }

  private static int[] ints(String name) {
    float[] values = values(name);
    int[] out = new int[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (int) values[i];
    }
    return out;
  }

  private static Tensor tensor(Engine engine, String name) {
    long[] shape =
        Stream.of(GOLDEN.get(name)[1].split("x", -1)).mapToLong(Long::parseLong).toArray();
    return engine.floats(values(name), shape);
  }

  private static void assertGolden(String name, Tensor value) {
    assertArrayEquals(values(name), value.toFloats(), 2e-4f, name);
  }

  /** The loss, and its gradient with regard to what is learnt. */
  private static void check(
      Engine engine, String learnt, String loss, Function<Tensor, Tensor> losses) {
    Parameter x = new Parameter(tensor(engine, learnt));
    try (x) {
      Tensor value = losses.apply(x.tensor());
      assertGolden(loss, value);
      if (GOLDEN.containsKey(loss + ".gradient")) {
        value.sum().backward();
        assertGolden(loss + ".gradient", x.grad());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void lossesAndGradientsAreThoseOfTheFormulas(String backend) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withBackend(backend));
        Scope scope = engine.scope()) {
      check(
          engine,
          "q",
          "nce",
          q -> InfoNce.losses(q, tensor(engine, "k"), tensor(engine, "queue"), 0.2));
      PointContrast points = new PointContrast(0.2, 0.07);
      check(
          engine,
          "a",
          "in-image",
          a ->
              points.inImage(
                  a,
                  tensor(engine, "same"),
                  tensor(engine, "others"),
                  tensor(engine, "missing").mul(PointContrast.NEVER)));
      check(engine, "a", "in-batch", a -> points.inBatch(a, tensor(engine, "same")));
      check(
          engine,
          "student",
          "distilled",
          s ->
              PointDistillation.losses(
                  s,
                  tensor(engine, "teacher"),
                  tensor(engine, "centre"),
                  0.1,
                  0.055,
                  tensor(engine, "weights")));
    }
  }

  @Test
  void temperatureRisesAndThenStays() {
    double[] progress = {0, 0.1, 0.3, 0.7, 1};
    float[] expected = values("temperatures");
    for (int i = 0; i < progress.length; i++) {
      assertEquals(expected[i], PointDistillation.temperature(0.04, 0.07, 0.3, progress[i]), 1e-8);
    }
    assertEquals(0.07, PointDistillation.temperature(0.04, 0.07, 0, 0));
  }

  private static RegionGrid grid(int number) {
    int[] crop = Arrays.copyOfRange(ints("crops"), 5 * number, 5 * number + 5);
    return new RegionGrid(
        new ViewCrop(
            new Size(120, 80), crop[0], crop[1], crop[2], crop[3], crop[4] == 1, new Size(56, 56)),
        7,
        7,
        8);
  }

  @Test
  void regionsAreWarpedWithTheView() {
    assertArrayEquals(ints("labels.0"), grid(0).labels(4));
    assertArrayEquals(ints("labels.1"), grid(1).labels(4));
  }

  @Test
  void partnersAreTheNearestPlacesThatOverlap() {
    assertArrayEquals(ints("partners"), grid(0).partners(grid(1)));
  }
}
