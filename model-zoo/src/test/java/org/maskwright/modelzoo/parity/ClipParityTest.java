package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.ClipResNetPart;
import org.maskwright.modelzoo.backbone.ConvNeXtPart;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.PixelStatistics;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * CLIP's image towers against Transformers' and OpenCLIP's, and regions against FC-CLIP's way, by
 * the way of a user's: a file in their names, the family found out, the settings deduced.
 * make_clip.py made the golden files.
 *
 * <p>The tolerance is float32 rounding: 1e-4 of the largest value, of gradients 1e-3 of the largest
 * norm.
 */
class ClipParityTest {
  private static final double TOLERANCE = 1e-4;
  private static final double GRADIENT_TOLERANCE = 1e-3;
  private static final int WIDTH = 10;
  private static final String BACKBONE = "backbone.";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "clip-vit, torch", "clip-vit, nd4j",
    "clip-resnet, torch", "clip-resnet, nd4j",
    "clip-convnext, torch", "clip-convnext, nd4j",
    "clip-convnext-mlp, torch", "clip-convnext-mlp, nd4j"
  })
  void picturesLieWhereTheReferencePutsThem(String name, String backend) throws Exception {
    StateDict golden = GoldenFile.read(name);
    ImportedWeights weights = weights(golden);
    assertEquals(List.of(), weights.unexpected());
    assertEquals(PixelStatistics.CLIP, weights.family().pixels().orElseThrow());
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        Backbone backbone = SegmentationModels.backbone(engine, learning(name, weights));
        var scope = engine.scope()) {
      load(backbone, weights.state());
      WordSpace words = backbone.wordSpace().orElseThrow();
      assertEquals(WIDTH, words.width());
      Tensor pixels = GoldenFile.tensor(engine, golden.get("pixels")).variable();
      Tensor pictures = words.pictures(pixels);
      GoldenFile.assertClose("pictures", golden.get("pictures"), pictures, TOLERANCE);
      GoldenFile.weighted(pictures).backward();
      GoldenFile.assertClose(
          "gradient of pixels", golden.get("grad.pixels"), pixels.grad(), GRADIENT_TOLERANCE);
      StateDict gradients = weights.family().translate(GoldenFile.part(golden, "grad.")).state();
      int compared =
          GoldenFile.assertGradients(
              gradients, BACKBONE, backbone.parameters(), GRADIENT_TOLERANCE);
      assertTrue(compared > 20, "compared " + compared);
      if (golden.contains("small")) {
        Tensor small = words.pictures(GoldenFile.tensor(engine, golden.get("small")));
        GoldenFile.assertClose("small pictures", golden.get("small.pictures"), small, TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "clip-resnet, torch", "clip-resnet, nd4j",
    "clip-convnext, torch", "clip-convnext, nd4j",
    "clip-convnext-mlp, torch", "clip-convnext-mlp, nd4j"
  })
  void regionsLieWhereFcClipPutsThem(String name, String backend) throws Exception {
    StateDict golden = GoldenFile.read(name);
    ImportedWeights weights = weights(golden);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        Backbone backbone = SegmentationModels.backbone(engine, settings(name, weights));
        var scope = engine.scope()) {
      load(backbone, weights.state());
      List<Tensor> features =
          backbone.encoder().encode(GoldenFile.tensor(engine, golden.get("wide")));
      WordSpace.Regions regions =
          backbone
              .wordSpace()
              .orElseThrow()
              .regions(features, GoldenFile.tensor(engine, golden.get("masks")));
      for (int i = 0; i < features.size() && golden.contains("map." + i); i++) {
        GoldenFile.assertClose("map " + i, golden.get("map." + i), features.get(i), TOLERANCE);
      }
      boolean[] covered = covered(golden);
      byte[] got = regions.covered().toBytes();
      for (int i = 0; i < covered.length; i++) {
        assertEquals(covered[i], got[i] != 0, "region " + i);
      }
      GoldenFile.assertClose("regions", golden.get("regions"), onlyCovered(regions), TOLERANCE);
    }
  }

  private static boolean[] covered(StateDict golden) {
    HostTensor regions = golden.get("regions");
    boolean[] out = new boolean[Math.toIntExact(regions.size(0) * regions.size(1))];
    java.util.Arrays.fill(out, true);
    if (golden.contains("covered")) {
      float[] values = golden.get("covered").toFloatArray();
      for (int i = 0; i < out.length; i++) {
        out[i] = values[i] > 0;
      }
    }
    return out;
  }

  /** 0 for the others. */
  private static Tensor onlyCovered(WordSpace.Regions regions) {
    return regions.vectors().mul(regions.covered().cast(regions.vectors().dtype()).unsqueeze(2));
  }

  /** All that is in the file comes back to the bit, under the names that it had. */
  @ParameterizedTest
  @ValueSource(strings = {"clip-vit", "clip-resnet", "clip-convnext", "clip-convnext-mlp"})
  void exportIsTheInverseOfImport(String name) throws Exception {
    StateDict golden = GoldenFile.read(name);
    StateDict theirs = GoldenFile.part(golden, "state.");
    ImportedWeights weights = weights(golden);
    GoldenFile.assertComesBack(theirs, weights);
  }

  /** As the weights show it; of the transformer heads leave no trace. */
  private static BackboneConfig settings(String name, ImportedWeights weights) {
    BackboneConfig deduced = DeducedArchitecture.of(weights.state()).backbone();
    List<Integer> channels = List.of(8, 12, 16, 20);
    List<Integer> depths = List.of(1, 1, 2, 1);
    BackboneConfig expected =
        switch (name) {
          case "clip-vit" -> ((VitPart.Settings) deduced).withWordWidth(WIDTH);
          case "clip-resnet" ->
              new ClipResNetPart.Settings(
                  List.of(2, 1, 1, 1), 4, ResNetPart.Norm.FROZEN, WIDTH, 2, false);
          case "clip-convnext" -> new ConvNeXtPart.Settings(channels, depths, 0.4, WIDTH, 0, false);
          case "clip-convnext-mlp" ->
              new ConvNeXtPart.Settings(channels, depths, 0.4, WIDTH, 14, false);
          default -> throw new IllegalArgumentException(name);
        };
    assertEquals(expected, deduced);
    return deduced instanceof VitPart.Settings vit ? vit.withHeads(2) : deduced;
  }

  /** With normalisations that have gradients. */
  private static BackboneConfig learning(String name, ImportedWeights weights) {
    BackboneConfig settings = settings(name, weights);
    return settings instanceof ClipResNetPart.Settings residual
        ? new ClipResNetPart.Settings(
            residual.blocks(),
            residual.width(),
            ResNetPart.Norm.BATCH,
            residual.wordWidth(),
            residual.wordGrid(),
            false)
        : settings;
  }

  private ImportedWeights weights(StateDict golden) {
    Path file = folder.resolve("reference.safetensors");
    Safetensors.write(file, GoldenFile.part(golden, "state."));
    return WeightImport.read(file);
  }

  /** All that the model has, but what a segmentation model adds to the maps. */
  private static void load(Backbone backbone, StateDict state) {
    TreeSet<String> missing = new TreeSet<>(backbone.encoder().state().keySet());
    state
        .asMap()
        .forEach(
            (key, value) -> {
              String name = key.substring(BACKBONE.length());
              assertTrue(missing.remove(name), key);
              backbone.state().get(name).set(value.floats());
            });
    assertArrayEquals(new String[0], missing.toArray(String[]::new));
  }
}
