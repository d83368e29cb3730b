package org.maskwright.modelzoo.vit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.PatchEncoder;
import org.maskwright.modelzoo.backbone.PatchGrid;

/** A transformer that sees some of a picture's patches. */
class SomePatchesTest {
  private static final EngineOptions SEEDED = EngineOptions.DEFAULT.withSeed(3);
  private static final double ROUNDING = 1e-5;
  private static final int PATCHES = 12; // 3 rows of 4

  private static VitPart.Settings tiny(VitFamily family, int heldBack) {
    boolean sam = family == VitFamily.SAM;
    return new VitPart.Settings(
        family,
        4,
        16,
        3,
        2,
        24,
        VitActivation.GELU,
        false,
        family == VitFamily.DINOV3 ? 0 : 4,
        family == VitFamily.DINOV2 ? 2 : 0,
        sam ? 3 : 0,
        sam ? List.of(1) : List.of(),
        sam ? 8 : 0,
        heldBack,
        8,
        0,
        false);
  }

  private static Tensor pixels(Engine engine) {
    return engine.normal(engine.random().get("test"), 0, 1, 2, 3, 12, 16);
  }

  @ParameterizedTest
  @EnumSource(names = {"MAE", "DINOV2", "DINOV2_PATCHES", "CLIP"})
  void allPatchesGiveWhatTheWholePictureGives(VitFamily family) {
    try (Engine engine = Engine.open(SEEDED);
        Vit vit = new Vit(engine, tiny(family, 0), 3);
        var scope = engine.scope()) {
      vit.setTraining(false);
      Tensor pixels = pixels(engine);
      PatchEncoder encoder = vit.patchEncoder().orElseThrow();
      long[] twice = LongStream.range(0, 2 * PATCHES).map(i -> i % PATCHES).toArray();
      Tensor some = encoder.encode(pixels, engine.longs(twice, 2, PATCHES));
      Tensor all = vit.normalized(vit.encode(pixels).values());
      assertEquals(all.size(1), encoder.placeless() + PATCHES);
      assertClose(all, some);
    }
  }

  @Test
  void theOrderOfPatchesIsTheOrderOfTokensAndNothingElse() {
    try (Engine engine = Engine.open(SEEDED);
        Vit vit = new Vit(engine, tiny(VitFamily.MAE, 0), 3);
        var scope = engine.scope()) {
      vit.setTraining(false);
      Tensor pixels = pixels(engine);
      PatchEncoder encoder = vit.patchEncoder().orElseThrow();
      Tensor there = encoder.encode(pixels, engine.longs(new long[] {7, 2, 11, 0, 5, 9}, 2, 3));
      Tensor back = encoder.encode(pixels, engine.longs(new long[] {11, 7, 2, 9, 0, 5}, 2, 3));
      Tensor order = engine.longs(new long[] {0, 3, 1, 2}, 4);
      assertClose(there.indexSelect(1, order), back);
    }
  }

  @Test
  void whatIsHiddenIsNotSeen() {
    try (Engine engine = Engine.open(SEEDED);
        Vit vit = new Vit(engine, tiny(VitFamily.MAE, 0), 3);
        var scope = engine.scope()) {
      vit.setTraining(false);
      Tensor pixels = pixels(engine);
      Tensor rows = PatchGrid.pixels(pixels, 4);
      Tensor hidden = Tensor.concat(1, rows.slice(1, 0, 3), rows.slice(1, 3, PATCHES).mul(5));
      PatchEncoder encoder = vit.patchEncoder().orElseThrow();
      Tensor seen = engine.longs(new long[] {0, 2, 2, 1}, 2, 2);
      assertArrayEquals(
          encoder.encode(pixels, seen).toFloats(),
          encoder.encode(PatchGrid.join(hidden, 4, 3), seen).toFloats());
      assertArrayEquals(pixels.toFloats(), PatchGrid.join(rows, 4, 3).toFloats());
    }
  }

  @Test
  void fixedPositionsAreThoseOfThePaperAndStay() {
    try (Engine engine = Engine.open(SEEDED);
        Vit vit = new Vit(engine, tiny(VitFamily.MAE, 0), 3)) {
      vit.patchEncoder().orElseThrow().fixPositions();
      var table = vit.parameters().get("pos_embed");
      assertFalse(table.isTrainable());
      float[] values = table.tensor().toFloats();
      assertEquals(0, values[3]); // of the class token
      int at = 16 * (1 + 4 * 2 + 3); // row 2, column 3
      assertEquals(Math.sin(3 * Math.pow(10_000, -0.25)), values[at + 1], 1e-6);
      assertEquals(Math.cos(3 * Math.pow(10_000, -0.75)), values[at + 7], 1e-6);
      assertEquals(Math.sin(2), values[at + 8], 1e-6);
      assertEquals(Math.cos(2 * Math.pow(10_000, -0.5)), values[at + 14], 1e-6);
    }
  }

  @Test
  void transformersOfRelativePositionsAndOthersHaveNone() {
    try (Engine engine = Engine.open(SEEDED)) {
      for (VitPart.Settings none :
          List.of(tiny(VitFamily.SAM, 0), tiny(VitFamily.DINOV3, 0), tiny(VitFamily.MAE, 1))) {
        try (Vit vit = new Vit(engine, none, 3)) {
          assertTrue(vit.patchEncoder().isEmpty());
          assertFalse(none.hidesPatches());
        }
      }
    }
  }

  @Test
  void partsOfPatchesAreRefused() {
    try (Engine engine = Engine.open(SEEDED);
        Vit vit = new Vit(engine, tiny(VitFamily.MAE, 0), 3);
        var scope = engine.scope()) {
      PatchEncoder encoder = vit.patchEncoder().orElseThrow();
      Tensor seen = engine.longs(new long[] {0}, 1, 1);
      assertThrows(
          IllegalArgumentException.class, () -> encoder.encode(engine.zeros(1, 3, 9, 8), seen));
    }
  }

  private static void assertClose(Tensor expected, Tensor got) {
    float[] a = expected.toFloats();
    float[] b = got.toFloats();
    assertEquals(a.length, b.length);
    for (int i = 0; i < a.length; i++) {
      assertEquals(a[i], b[i], ROUNDING * Math.max(1, Math.abs(a[i])));
    }
  }
}
