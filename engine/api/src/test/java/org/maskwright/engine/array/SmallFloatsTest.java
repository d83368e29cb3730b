package org.maskwright.engine.array;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SmallFloatsTest {
  @Test
  void everyHalfGoesToFloatAndBack() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      short half = (short) bits;
      float value = SmallFloats.halfToFloat(half);
      if (!Float.isNaN(value)) {
        assertEquals(half, SmallFloats.floatToHalf(value), "half " + bits);
      }
      float brain = SmallFloats.bfloat16ToFloat(half);
      if (!Float.isNaN(brain)) {
        assertEquals(half, SmallFloats.floatToBfloat16(brain), "bfloat16 " + bits);
      }
    }
  }

  @Test
  void roundingToHalfIsToNearestEven() {
    assertEquals(0x3c00, SmallFloats.floatToHalf(1 + 0x1p-11f), "tie goes to even 1.0");
    assertEquals(0x3c02, SmallFloats.floatToHalf(1 + 3 * 0x1p-11f), "tie goes to even 1+2/1024");
    assertEquals(0x7bff, SmallFloats.floatToHalf(65519.996f), "largest finite half");
    assertEquals(0x7c00, SmallFloats.floatToHalf(65520f), "first that rounds to infinity");
    assertEquals(1, SmallFloats.floatToHalf(0x1p-24f), "smallest subnormal");
    assertEquals((short) 0x8000, SmallFloats.floatToHalf(-0f));
    assertTrue(Float.isNaN(SmallFloats.halfToFloat(SmallFloats.floatToHalf(Float.NaN))));
    assertTrue(Float.isNaN(SmallFloats.bfloat16ToFloat(SmallFloats.floatToBfloat16(Float.NaN))));
  }

  @Test
  void roundingToBfloat16IsToNearestEven() {
    assertEquals((short) 0x3f80, SmallFloats.floatToBfloat16(1f));
    assertEquals((short) 0x3f80, bfloat16OfBits(0x3f808000));
    assertEquals((short) 0x3f82, bfloat16OfBits(0x3f818000));
    assertEquals((short) 0x3f81, bfloat16OfBits(0x3f808001));
    assertEquals((short) 0x7f80, SmallFloats.floatToBfloat16(Float.MAX_VALUE));
  }

  private static short bfloat16OfBits(int bits) {
    return SmallFloats.floatToBfloat16(Float.intBitsToFloat(bits));
  }
}
