package org.maskwright.engine.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.spi.KernelArgument;

/** What the kernel is handed; what it computes is compared on a GPU, by the conformance suite. */
class CudaAdamWTest {
  @Test
  void piecesCoverEveryElementOnceInAllFourArrays() {
    int n = CudaAdamW.LARGEST;
    long[] pieces =
        CudaAdamW.pieces(
            List.of(
                new CudaAdamW.Place(1000, 2000, 3000, 4000, 3),
                new CudaAdamW.Place(0, 1, 2, 3, 0), // of no element
                new CudaAdamW.Place(1L << 40, 1L << 41, 1L << 42, 1L << 43, 2L * n + 1)));
    long step = 4L * n;
    long[] expected = {
      1000,
      2000,
      3000,
      4000,
      3,
      1L << 40,
      1L << 41,
      1L << 42,
      1L << 43,
      n,
      (1L << 40) + step,
      (1L << 41) + step,
      (1L << 42) + step,
      (1L << 43) + step,
      n,
      (1L << 40) + 2 * step,
      (1L << 41) + 2 * step,
      (1L << 42) + 2 * step,
      (1L << 43) + 2 * step,
      1,
    };
    assertArrayEquals(expected, pieces);
  }

  @Test
  void theNumbersAreTheKernelsStructInItsOrder() {
    KernelArgument numbers = CudaAdamW.numbers(new AdamWStep(0.1, 0.9, 0.99, 1e-8, 0.05, 2, 0.5));
    float[] got = new float[numbers.value().capacity() / Float.BYTES];
    numbers.value().asFloatBuffer().get(got);
    float[] expected = {
      (float) (1 - 0.1 * 0.05), // keep
      0.5f, // scale
      0.9f, // beta1
      0.99f, // beta2
      (float) (1 - 0.9), // rest1
      (float) (1 - 0.99), // rest2
      (float) (0.1 / (1 - 0.9 * 0.9)), // stepSize
      (float) (1 / Math.sqrt(1 - 0.99 * 0.99)), // rootScale
      1e-8f // eps
    };
    assertArrayEquals(expected, got, 1e-6f);
    Matcher struct =
        Pattern.compile("struct Numbers \\{([^}]*)}").matcher(CudaAdamW.KERNEL.source());
    assertTrue(struct.find());
    List<String> names =
        Arrays.stream(struct.group(1).replaceAll("//[^\n]*", "").split("[;,]", -1))
            .map(name -> name.replace("float", "").strip())
            .filter(name -> !name.isEmpty())
            .toList();
    assertEquals(
        List.of(
            "keep", "scale", "beta1", "beta2", "rest1", "rest2", "stepSize", "rootScale", "eps"),
        names);
  }
}
