package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.ConvNeXtPart;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * ConvNeXt against Transformers' ConvNextBackbone; make_vit.py made the golden file. The tolerance
 * is float32 rounding: 1e-4 of the largest value, of gradients 1e-3 of the largest norm.
 */
class ConvNeXtParityTest {
  private static final double TOLERANCE = 1e-4;
  private static final double GRADIENT_TOLERANCE = 1e-3;
  private static final String BACKBONE = "backbone.";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void mapsAndGradientsAreThoseOfTheReference(String backend) throws Exception {
    StateDict golden = GoldenFile.read("backbone-convnext");
    Path file = folder.resolve("reference.safetensors");
    Safetensors.write(file, GoldenFile.part(golden, "state."));
    ImportedWeights weights = WeightImport.read(file);
    assertEquals(List.of(), weights.unexpected());
    BackboneConfig config = DeducedArchitecture.of(weights.state()).backbone();
    assertEquals(
        new ConvNeXtPart.Settings(List.of(8, 12, 16, 20), List.of(1, 1, 2, 1), 0.4, false), config);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        Backbone backbone = SegmentationModels.backbone(engine, config);
        var scope = engine.scope()) {
      TreeSet<String> names = new TreeSet<>();
      backbone.state().keySet().forEach(key -> names.add(BACKBONE + key));
      assertEquals(names, new TreeSet<>(weights.state().keys()));
      backbone.state().forEach((key, p) -> p.set(weights.state().get(BACKBONE + key).floats()));
      Tensor pixels = GoldenFile.tensor(engine, golden.get("pixels")).variable();
      List<Tensor> maps = backbone.forward(pixels);
      for (int i = 0; i < maps.size(); i++) {
        GoldenFile.assertClose("map " + i, golden.get("map." + i), maps.get(i), TOLERANCE);
      }
      Tensor[] flat = maps.stream().map(map -> map.flatten(0, 3)).toArray(Tensor[]::new);
      GoldenFile.weighted(Tensor.concat(0, flat)).backward();
      GoldenFile.assertClose(
          "gradient of pixels", golden.get("grad.pixels"), pixels.grad(), GRADIENT_TOLERANCE);
      StateDict gradients = weights.family().translate(GoldenFile.part(golden, "grad.")).state();
      assertEquals(
          backbone.parameters().size(),
          GoldenFile.assertGradients(
              gradients, BACKBONE, backbone.parameters(), GRADIENT_TOLERANCE));
    }
  }
}
