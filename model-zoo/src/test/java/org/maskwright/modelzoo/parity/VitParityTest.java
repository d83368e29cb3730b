package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.vit.Vit;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * Plain transformers against those of Hugging Face Transformers, by the way of a user's: a file in
 * its names, the family found out, the settings deduced. make_vit.py made the golden files; images
 * are of other sizes than the table of positions is for, and not square, wherever the reference
 * takes such and resizes as the official code does.
 *
 * <p>The tolerance is float32 rounding: 1e-4 of the largest value, of a gradient 1e-3 of the
 * largest norm among the gradients.
 */
class VitParityTest {
  private static final double TOLERANCE = 1e-4;
  private static final double GRADIENT_TOLERANCE = 1e-3;
  private static final String BACKBONE = "backbone.";
  private static final String PYRAMID = "simfp_";

  @TempDir private Path folder;

  /** As make_vit.py has them; heads leave no trace in the weights. */
  private static VitPart.Settings settings(String name) {
    return switch (name) {
      case "dinov2" -> of(VitFamily.DINOV2, 64, VitActivation.GELU, false, 3, 0);
      case "dinov2-swiglu" -> of(VitFamily.DINOV2, 48, VitActivation.SWIGLU, false, 3, 0);
      case "dinov2-registers" -> of(VitFamily.DINOV2, 64, VitActivation.GELU, false, 3, 2);
      case "dinov3" -> of(VitFamily.DINOV3, 48, VitActivation.GELU, false, 0, 2);
      case "clip" -> of(VitFamily.CLIP, 48, VitActivation.QUICK_GELU, false, 3, 0);
      case "mae" -> of(VitFamily.MAE, 48, VitActivation.GELU, false, 3, 0);
      case "qk-norm" -> of(VitFamily.MAE, 48, VitActivation.GELU, true, 3, 0);
      case "sam" ->
          new VitPart.Settings(
              VitFamily.SAM,
              4,
              32,
              2,
              2,
              48,
              VitActivation.GELU,
              false,
              5,
              0,
              3,
              List.of(1),
              16,
              0,
              256,
              0,
              false);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static VitPart.Settings of(
      VitFamily family, int mlpDim, VitActivation mlp, boolean qkNorm, int grid, int registers) {
    return new VitPart.Settings(
        family, 4, 32, 2, 2, mlpDim, mlp, qkNorm, grid, registers, 0, List.of(), 0, 0, 256, 0,
        false);
  }

  @ParameterizedTest
  @CsvSource({
    "dinov2, torch", "dinov2, nd4j",
    "dinov2-swiglu, torch", "dinov2-swiglu, nd4j",
    "dinov2-registers, torch", "dinov2-registers, nd4j",
    "dinov3, torch", "dinov3, nd4j",
    "clip, torch", "clip, nd4j",
    "mae, torch", "mae, nd4j",
    "sam, torch", "sam, nd4j",
    "qk-norm, torch", "qk-norm, nd4j"
  })
  void tokensAndGradientsAreThoseOfTheReference(String name, String backend) throws Exception {
    StateDict golden = GoldenFile.read("vit-" + name);
    VitPart.Settings settings = settings(name);
    ImportedWeights weights = weights(golden);
    assertEquals(List.of(), weights.unexpected());
    assertDeduced(settings, weights.state());
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        Vit vit = new Vit(engine, settings, 3);
        var scope = engine.scope()) {
      load(vit, weights.state());
      Tensor pixels = GoldenFile.tensor(engine, golden.get("pixels")).variable();
      Tensor last;
      if (golden.contains("features")) {
        last = vit.features(pixels);
        GoldenFile.assertClose("features", golden.get("features"), last, TOLERANCE);
      } else {
        Tensor tokens = vit.encode(pixels).values();
        GoldenFile.assertClose("tokens", golden.get("tokens"), tokens, TOLERANCE);
        last = vit.normalized(tokens);
        GoldenFile.assertClose("normalised", golden.get("normalised"), last, TOLERANCE);
      }
      GoldenFile.weighted(last).backward();
      GoldenFile.assertClose(
          "gradient of pixels", golden.get("grad.pixels"), pixels.grad(), GRADIENT_TOLERANCE);
      StateDict gradients = weights.family().translate(GoldenFile.part(golden, "grad.")).state();
      int compared =
          GoldenFile.assertGradients(gradients, BACKBONE, vit.parameters(), GRADIENT_TOLERANCE);
      assertTrue(compared > 20, "compared " + compared);
    }
  }

  /** All that is in the file comes back to the bit, under the names that it had. */
  @ParameterizedTest
  @CsvSource({
    "dinov2",
    "dinov2-swiglu",
    "dinov2-registers",
    "dinov3",
    "clip",
    "mae",
    "sam",
    "qk-norm"
  })
  void exportIsTheInverseOfImport(String name) throws Exception {
    StateDict theirs = GoldenFile.part(GoldenFile.read("vit-" + name), "state.");
    ImportedWeights weights = weights(GoldenFile.read("vit-" + name));
    GoldenFile.assertComesBack(theirs, weights);
  }

  /** By the way of a user's: a file, its family found out, its names translated. */
  private ImportedWeights weights(StateDict golden) {
    Path file = folder.resolve("reference.safetensors");
    Safetensors.write(file, GoldenFile.part(golden, "state."));
    return WeightImport.read(file);
  }

  private static void assertDeduced(VitPart.Settings settings, StateDict state) {
    String seen = settings.family() == VitFamily.SAM ? "heads=2" : "heads=1"; // 64 channels each
    assertEquals(
        settings.toString().replace("heads=2", seen),
        DeducedArchitecture.of(state).backbone().toString());
  }

  private static void load(Vit vit, StateDict state) {
    TreeSet<String> missing = new TreeSet<>(vit.state().keySet());
    state
        .asMap()
        .forEach(
            (key, value) -> {
              String name = key.substring(BACKBONE.length());
              assertTrue(missing.remove(name), key);
              vit.state().get(name).set(value.floats());
            });
    missing.removeIf(key -> key.startsWith(PYRAMID));
    assertEquals(Set.of(), missing);
  }
}
