package org.maskwright.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.DeviceKernel;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.fused.DeformableSampling;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.KernelArgument;
import org.maskwright.engine.trace.ShapeBackend;

/** What the kernels of a GPU are handed, on a backend that writes launches down. */
class DeformableLaunchTest {
  private record Launch(DeviceKernel kernel, long threads, List<KernelArgument> arguments) {
    int[] ints(int i) {
      var values = arguments.get(i).value().asIntBuffer();
      int[] out = new int[values.remaining()];
      values.get(out);
      return out;
    }
  }

  private final List<Launch> launches = new ArrayList<>();

  @SuppressWarnings("unchecked")
  private Engine engine() {
    Backend shapes = new ShapeBackend();
    return Engine.open(
        (Backend)
            Proxy.newProxyInstance(
                Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("runsKernels")) {
                    return true;
                  }
                  if (method.getName().equals("launch")) {
                    launches.add(
                        new Launch(
                            (DeviceKernel) arguments[0],
                            (long) arguments[1],
                            List.copyOf((List<KernelArgument>) arguments[2])));
                    return null;
                  }
                  try {
                    return method.invoke(shapes, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                }));
  }

  /** The parameters of a kernel, by its source. */
  private static List<String> parameters(DeviceKernel kernel) {
    Matcher matcher =
        Pattern.compile("void " + kernel.function() + "\\(([^)]*)\\)").matcher(kernel.source());
    assertTrue(matcher.find(), kernel.toString());
    return Arrays.stream(matcher.group(1).split(",", -1)).map(String::strip).toList();
  }

  private static void requireFits(Launch launch) {
    List<String> parameters = parameters(launch.kernel());
    assertEquals(parameters.size(), launch.arguments().size(), launch.kernel().toString());
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i);
      KernelArgument argument = launch.arguments().get(i);
      if (parameter.contains("float*")) {
        assertTrue(argument.array() != null, parameter);
      } else if (parameter.startsWith("int ")) {
        assertEquals(Integer.BYTES, argument.value().capacity(), parameter);
      } else {
        assertEquals("Levels levels", parameter);
        assertEquals((1 + 3 * 8) * Integer.BYTES, argument.value().capacity());
      }
    }
  }

  @Test
  void bothKernelsGetWhatTheirSignaturesName() {
    int[] heights = {4, 2};
    int[] widths = {6, 3};
    try (Engine engine = engine();
        Scope scope = engine.scope()) {
      Tensor values = engine.zeros(2, 30, 3, 5).variable();
      Tensor locations = engine.zeros(2, 7, 3, 2, 4, 2).variable();
      Tensor weights = engine.zeros(2, 7, 3, 2, 4).variable();
      Tensor y = DeformableSampling.sample(values, heights, widths, locations, weights);
      assertArrayEquals(new long[] {2, 7, 15}, y.shape());
      y.backward(engine.ones(2, 7, 15));
      assertArrayEquals(values.shape(), values.grad().shape());
      assertArrayEquals(locations.shape(), locations.grad().shape());
      assertArrayEquals(weights.shape(), weights.grad().shape());
    }
    assertEquals(
        List.of("deformable_forward", "deformable_backward"),
        launches.stream().map(l -> l.kernel().function()).toList());
    launches.forEach(DeformableLaunchTest::requireFits);
    int[] levels = new int[25];
    System.arraycopy(new int[] {2, 4, 2}, 0, levels, 0, 3);
    System.arraycopy(widths, 0, levels, 9, 2);
    levels[18] = 24; // where the second level begins
    for (Launch launch : launches) {
      int n = launch.arguments().size();
      int rows = 2 * 7 * 3;
      assertEquals(rows * 32L, launch.threads(), "a warp for each row");
      List<Integer> sizes = IntStream.range(n - 7, n - 1).mapToObj(i -> launch.ints(i)[0]).toList();
      assertEquals(List.of(rows, 30, 3, 5, 7, 4), sizes, "rows, tokens, heads, width, ...");
      assertArrayEquals(levels, launch.ints(n - 1));
    }
  }

  @Test
  void moreLevelsThanTheKernelsTakeAreComposed() {
    int[] ones = new int[9];
    Arrays.fill(ones, 1);
    try (Engine engine = engine();
        Scope scope = engine.scope()) {
      Tensor y =
          DeformableSampling.sample(
              engine.zeros(1, 9, 1, 2),
              ones,
              ones,
              engine.zeros(1, 1, 1, 9, 1, 2),
              engine.zeros(1, 1, 1, 9, 1));
      assertArrayEquals(new long[] {1, 1, 2}, y.shape());
    }
    assertEquals(List.of(), launches);
  }

  @Test
  void aBackendWithoutGpuRefusesALaunch() {
    DeviceKernel kernel = new DeviceKernel("a.cu", "", "f");
    try (Backend shapes = new ShapeBackend()) {
      EngineException error =
          assertThrows(EngineException.class, () -> shapes.launch(kernel, 1, List.of()));
      assertTrue(error.getMessage().contains("f of a.cu"), error.getMessage());
    }
  }

  @Test
  void aKernelThatIsNoResourceIsRefusedByItsName() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> DeviceKernel.ofResource(DeformableSampling.class, "absent.cu", "f"))
            .getMessage();
    assertTrue(message.contains("absent.cu"), message);
  }
}
