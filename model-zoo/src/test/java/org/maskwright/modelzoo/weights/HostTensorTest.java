package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.maskwright.engine.array.SmallFloats;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class HostTensorTest {
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void nd4jAndBackKeepsEveryByte(ElementType type) {
    ByteBuffer bytes = ByteBuffer.allocate(6 * type.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 6; i++) {
      switch (type) {
        case BOOL, U8, I8 -> bytes.put((byte) (type == ElementType.BOOL ? i & 1 : i * 50));
        case I16 -> bytes.putShort((short) (i * 9999));
        case F16 -> bytes.putShort(SmallFloats.floatToHalf(i - 2.5f));
        case BF16 -> bytes.putShort(SmallFloats.floatToBfloat16(i - 2.5f));
        case I32 -> bytes.putInt(i * 999_999_999);
        case F32 -> bytes.putFloat(i / 7f);
        case F64 -> bytes.putDouble(i / 7.0);
        case I64 -> bytes.putLong(i * 999_999_999_999L);
      }
    }
    HostTensor tensor = HostTensor.of(type, new long[] {2, 3}, bytes.rewind());
    try (INDArray array = tensor.toIndArray()) {
      assertArrayEquals(new long[] {2, 3}, array.shape());
      assertTrue(tensor.contentEquals(HostTensor.ofIndArray(array)), () -> type + " " + array);
    }
  }

  @Test
  void aTransposedViewIsStoredInRowMajorOrder() {
    INDArray array = Nd4j.createFromArray(new float[][] {{1, 2, 3}, {4, 5, 6}}).transpose();
    HostTensor tensor = HostTensor.ofIndArray(array);
    assertArrayEquals(new long[] {3, 2}, tensor.shape());
    assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, tensor.toFloatArray());
  }

  @Test
  void scalarsAndEmptyArraysPassThroughNd4j() {
    HostTensor scalar = HostTensor.ofFloats(new float[] {3});
    assertTrue(scalar.contentEquals(HostTensor.ofIndArray(scalar.toIndArray())));
    assertEquals(DataType.FLOAT, HostTensor.ofFloats(new float[0], 0).toIndArray().dataType());
  }

  @Test
  void splittingRowsAndJoiningThemGivesTheWhole() {
    HostTensor whole = HostTensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
    List<HostTensor> parts = List.of(whole.rows(0, 1), whole.rows(1, 1), whole.rows(1, 3));
    assertArrayEquals(new float[] {3, 4, 5, 6}, parts.get(2).toFloatArray());
    assertTrue(whole.contentEquals(HostTensor.concatRows(parts)));
    assertThrows(CheckpointException.class, () -> whole.rows(2, 4));
  }

  @Test
  void transposedHasColumnsForRows() {
    HostTensor matrix = HostTensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    HostTensor turned = HostTensor.ofFloats(new float[] {1, 4, 2, 5, 3, 6}, 3, 2);
    assertTrue(matrix.transposed().contentEquals(turned));
    assertTrue(turned.transposed().contentEquals(matrix));
    assertThrows(CheckpointException.class, () -> matrix.reshape(6).transposed());
  }

  @Test
  void nonFiniteValuesAreCounted() {
    float[] values = {0, Float.NaN, Float.POSITIVE_INFINITY, -1};
    assertEquals(2, HostTensor.ofFloats(values, 4).countNonFinite());
    assertEquals(0, HostTensor.ofLongs(new long[] {1}).countNonFinite());
  }

  @Test
  void equalityIsOfBytesNotOfNumbers() {
    HostTensor zero = HostTensor.ofFloats(new float[] {0f}, 1);
    assertFalse(zero.contentEquals(HostTensor.ofFloats(new float[] {-0f}, 1)));
    assertFalse(zero.contentEquals(zero.reshape(1, 1)));
    assertThrows(
        CheckpointException.class,
        () -> HostTensor.of(ElementType.F32, new long[] {2}, ByteBuffer.allocate(4)));
  }
}
