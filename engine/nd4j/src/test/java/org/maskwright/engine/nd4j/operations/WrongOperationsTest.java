package org.maskwright.engine.nd4j.operations;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.DType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * What ND4J 1.0.0-M2.1 computes otherwise than it should (docs/engines-nd4j.md): a test that fails
 * after an update of ND4J tells of something that need no longer be worked around.
 */
class WrongOperationsTest {
  private final Operations operations = new Operations();
  private final Work work = operations.work();

  @AfterEach
  void close() {
    work.close();
    operations.close();
  }

  private INDArray floats(float... values) {
    return work.own(Nd4j.createFromArray(values));
  }

  private INDArray longs(long... values) {
    return work.own(Nd4j.createFromArray(values));
  }

  @Test
  void theLargestOfAnArrayIgnoresNaN() {
    assertEquals(2f, work.run("reduce_max", new long[] {0}, floats(1, Float.NaN, 2)).getFloat(0));
  }

  @Test
  void theLeastOfAnArrayIgnoresNaN() {
    assertEquals(1f, work.run("reduce_min", new long[] {0}, floats(Float.NaN, 1, 2)).getFloat(0));
  }

  @Test
  void theLargestOfBytesAndBooleansThatAreZeroIsOne() {
    for (DataType type : new DataType[] {DataType.UINT8, DataType.BOOL}) {
      INDArray x = work.own(Nd4j.zeros(type, 2, 3));
      INDArray y = work.run("reduce_max", new long[] {1}, x);
      assertArrayEquals(new int[] {1, 1}, new int[] {y.getInt(0), y.getInt(1)}, type.toString());
    }
  }

  @Test
  void theNanOfFloat16IsMinusZeroInBfloat16() {
    INDArray half = work.own(floats(Float.NaN).castTo(DType.FLOAT16.host()));
    INDArray small = work.own(work.own(half.castTo(DataType.FLOAT)).castTo(DataType.BFLOAT16));
    assertEquals(-0f, work.own(small.castTo(DataType.FLOAT)).getFloat(0));
  }

  @Test
  void rowsOutsideOfAnArrayAreRead() {
    INDArray all = floats(1, 2, 3, 4, 5, 6, 7, 8);
    INDArray half = Nd4j.create(all.data(), new long[] {2, 2}, new long[] {2, 1}, 0, 'c');
    INDArray y = work.run("gather", new long[] {0}, half, longs(3));
    assertArrayEquals(new float[] {7, 8}, y.reshape(2).toFloatVector());
  }

  @Test
  void theLargerOfTwoIsTheSecondWhereTheFirstIsNaN() {
    for (String operation : new String[] {"maximum", "minimum"}) {
      INDArray y = work.run(operation, floats(Float.NaN, 1), floats(1, Float.NaN));
      assertEquals(1f, y.getFloat(0));
      assertTrue(Float.isNaN(y.getFloat(1)));
    }
  }

  @Test
  void aRangeOfOneElementWithAStepHasMore() {
    INDArray x = floats(0, 1, 2, 3, 4, 5);
    INDArray y = x.get(NDArrayIndex.interval(1, 2, 2));
    assertArrayEquals(new float[] {1, 3}, y.dup().toFloatVector());
  }

  @Test
  void geluIsAnApproximation() { // of 1: 0.8413
    assertEquals(0.8458f, work.own(Nd4j.nn().gelu(floats(1))).getFloat(0), 1e-4f);
    assertEquals(0.8314f, work.own(Nd4j.nn().preciseGelu(floats(1))).getFloat(0), 1e-4f);
  }

  @Test
  void resizingHasNoGradientAndNothingSamplesBetweenPixels() {
    Set<String> names = Nd4j.getExecutioner().getCustomOperations().keySet();
    assertTrue(names.contains("resize_bilinear") && names.contains("resize_bicubic"));
    names =
        names.stream()
            .filter(name -> name.matches("resize.*(bp|grad).*|.*grid_?sample.*"))
            .collect(Collectors.toSet());
    assertEquals(Set.of(), names);
  }

  @Test
  void cubicResizingIsOfAnotherCurve() {
    float[] line = new float[64]; // of each of 8 rows the fourth pixel
    for (int i = 3; i < line.length; i += 8) {
      line[i] = 1;
    }
    DynamicCustomOp twice =
        DynamicCustomOp.builder("resize_bicubic")
            .addInputs(floats(line).reshape(1, 8, 8, 1), work.own(Nd4j.createFromArray(16, 16)))
            .build();
    twice.addBArgument(false, true); // centres of pixels half a pixel in
    INDArray y = OperationContext.outputs(twice)[0];
    work.own(y);
    operations.run(twice, y);
    float ofPyTorch = -0.10546875f; // coefficient -0.75; ND4J's is -0.5
    assertEquals(-0.0703125f, y.getFloat(0, 8, 4, 0), 1e-6f);
    assertEquals(ofPyTorch * 2 / 3, y.getFloat(0, 8, 4, 0), 1e-6f);
  }

  @Test
  void theAdamUpdaterSeesNoWeightsToDecay() {
    INDArray zero = work.own(Nd4j.zeros(1));
    DynamicCustomOp adam = // gradient and moments, from which it makes the change
        DynamicCustomOp.builder("adam_updater")
            .addInputs(zero, zero, zero)
            .addFloatingPointArguments(0.1, 0.9, 0.999, 1e-8)
            .addIntegerArguments(1)
            .build();
    for (INDArray result : Nd4j.exec(adam)) {
      assertEquals(0f, work.own(result).getFloat(0));
    }
  }

  @Test
  void theLargestOfAWindowIgnoresNaN() {
    INDArray x = floats(1, Float.NaN, 2, 3).reshape(1, 1, 2, 2);
    long[] window = {2, 2, 2, 2, 0, 0, 1, 1, 0, 1, 0};
    assertEquals(3f, work.run("maxpool2d", window, x).getFloat(0));
  }

  @Test
  void topKRepeatsTheIndexOfEqualElements() {
    INDArray x = floats(3, 1, 3, 5).reshape(1, 4);
    INDArray index = work.all("top_k", new long[] {3, 1}, x)[1];
    assertArrayEquals(new long[] {3, 2, 2}, index.reshape(3).toLongVector());
  }

  @Test
  void theRemainderOfLargeIntegersIsZero() {
    INDArray y = work.run("floormod", longs((3L << 32) + 5), longs(1L << 32));
    assertEquals(0, y.getLong(0));
  }

  @Test
  void log1pRoundsItsArgumentFirst() {
    assertEquals(0f, work.run("log1p", floats(1e-8f)).getFloat(0));
  }

  @Test
  void softplusOverflows() {
    assertEquals(Float.POSITIVE_INFINITY, work.own(Nd4j.nn().softplus(floats(100))).getFloat(0));
  }

  @Test
  void castsWrapWhatIsBeyondTheType() {
    INDArray y = work.own(floats(300, -1.9f).castTo(DataType.UINT8));
    assertArrayEquals(new int[] {44, 255}, y.toIntVector());
    INDArray whole = work.own(floats(1e30f).castTo(DataType.INT64));
    assertEquals(Long.MIN_VALUE, whole.getLong(0));
  }

  @Test
  void erfOverwritesItsArgument() {
    INDArray x = floats(0.5f);
    work.own(Nd4j.math().erf(x));
    assertEquals(0.5205f, x.getFloat(0), 1e-4f);
  }

  @Test
  void theSumsOfOneRowAreThoseOfAVector() {
    INDArray row = floats(1, 2, 3).reshape(1, 3);
    INDArray y = work.run("unsorted_segment_sum", new long[] {2}, row, longs(1));
    assertArrayEquals(new float[] {0, 1, 0, 0, 0, 0}, y.reshape(6).toFloatVector());
  }

  @Test
  void thePowerOfOneHalfOfMinusInfinityIsInfinite() {
    INDArray y = work.run("Pow", floats(Float.NEGATIVE_INFINITY), floats(0.5f));
    assertEquals(Float.POSITIVE_INFINITY, y.getFloat(0));
    INDArray root = work.own(Transforms.sqrt(floats(Float.NEGATIVE_INFINITY), true));
    assertTrue(Float.isNaN(root.getFloat(0)));
  }

  @Test
  void theLargestPlaceIgnoresNaN() {
    INDArray x = floats(1, Float.NaN, 2);
    assertEquals(2, work.run("argmax", new long[] {0}, x).getLong(0));
  }

  @Test
  void nothingIsGatheredOfBooleans() {
    INDArray x = work.own(Nd4j.createFromArray(true, false));
    INDArray first = longs(0);
    assertThrows(RuntimeException.class, () -> work.run("gather", new long[] {0}, x, first));
  }

  @Test
  void aVectorIsNotComparedWithOneElementOfTwoAxes() {
    INDArray one = floats(2).reshape(1, 1);
    assertThrows(RuntimeException.class, () -> work.run("less", floats(1, 2, 3), one));
    INDArray sum = work.run("add", floats(1, 2, 3), one);
    assertArrayEquals(new long[] {3}, sum.shape()); // not [1,3]
  }

  @Test
  void convolutionsHaveNoGroups() {
    INDArray x = work.own(Nd4j.ones(DataType.FLOAT, 1, 4, 3, 3));
    INDArray halves = work.own(Nd4j.ones(DataType.FLOAT, 4, 2, 1, 1));
    long[] settings = {1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1};
    assertThrows(RuntimeException.class, () -> work.run("conv2d", settings, x, halves));
  }

  @Test
  void normalisationsGiveNeitherMeanNorDeviation() {
    INDArray x = floats(1, 2, 3, 4).reshape(2, 2);
    INDArray one = floats(1, 1);
    INDArray zero = floats(0, 0);
    assertEquals(1, work.all("layer_norm", new long[] {1}, x, one, zero).length);
    DynamicCustomOp batchNorm = // takes mean and variance
        DynamicCustomOp.builder("batchnorm")
            .addInputs(x, zero, one)
            .addIntegerArguments(0, 0, 1)
            .addFloatingPointArguments(1e-5)
            .build();
    INDArray[] outputs = OperationContext.outputs(batchNorm);
    assertEquals(1, outputs.length);
    work.own(outputs[0]);
  }
}
