package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.decoder.EomtPart;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.TokensPart;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.KeyTranslation;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * EoMT against Transformers' EomtForUniversalSegmentation and EomtDinov3ForUniversalSegmentation;
 * make_vit.py made the golden files. The tolerance is float32 rounding: 1e-4 of the largest value,
 * of a gradient 1e-3 of the largest norm.
 */
class EomtParityTest {
  private static final double TOLERANCE = 1e-4;
  private static final double GRADIENT_TOLERANCE = 1e-3;
  private static final int CLASSES = 3;
  private static final int OUTPUTS = 3;

  @TempDir private Path folder;

  /** As make_vit.py has it; heads leave no trace in the weights. */
  private static ModelConfig model(String name, int heads) {
    return model(name, heads, false);
  }

  private static ModelConfig model(String name, int heads, boolean checkpointing) {
    boolean dinov3 = name.equals("eomt-dinov3");
    VitPart.Settings encoder =
        new VitPart.Settings(
            dinov3 ? VitFamily.DINOV3 : VitFamily.DINOV2_PATCHES,
            dinov3 ? 16 : 8,
            32,
            3,
            heads,
            32,
            VitActivation.GELU,
            false,
            dinov3 ? 0 : 4,
            2,
            0,
            List.of(),
            0,
            2,
            256,
            0,
            checkpointing);
    return new ModelConfig(
        32, 32, 32, encoder, new TokensPart.Settings(), new EomtPart.Settings(5));
  }

  /** By the way of a user's: a file, its family found out, its names translated. */
  private ImportedWeights weights(StateDict golden) {
    Path file = folder.resolve("reference.safetensors");
    Safetensors.write(file, GoldenFile.part(golden, "state."));
    return WeightImport.read(file);
  }

  @ParameterizedTest
  @CsvSource({
    "eomt, torch, false", "eomt, torch, true", "eomt, nd4j, false",
    "eomt-dinov3, torch, false", "eomt-dinov3, torch, true", "eomt-dinov3, nd4j, false"
  })
  void outputsAndGradientsAreThoseOfTheReferenceWithMasksAndWithout(
      String name, String backend, boolean checkpointing) throws Exception {
    StateDict golden = GoldenFile.read(name);
    ImportedWeights weights = weights(golden);
    assertEquals(List.of(), weights.unexpected());
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        SegmentationModel model =
            SegmentationModels.build(
                engine, model(name, 2, checkpointing), ClassSpace.ofSize(CLASSES));
        var scope = engine.scope()) {
      assertTrue(model.load(weights, LoadPolicy.strict()).isExact());
      Tensor pixels = GoldenFile.tensor(engine, golden.get("pixels")).variable();
      assertOutput(golden, "open.", model.predict(pixels).last());
      assertOutput(golden, "open.", model.forward(pixels).last());
      model.setTraining(true);
      model.decoder().trainedTo(0);
      Outputs outputs = model.forward(pixels);
      assertEquals(OUTPUTS, outputs.layers().size());
      List<Tensor> said = new ArrayList<>();
      for (int i = 0; i < OUTPUTS; i++) {
        Outputs.Layer layer = outputs.layers().get(i);
        assertOutput(golden, "masked." + i + ".", layer);
        said.add(layer.classLogits().flatten(0, 2));
        said.add(layer.imageMaskLogits().flatten(0, 3));
      }
      GoldenFile.weighted(Tensor.concat(0, said.toArray(Tensor[]::new))).backward();
      GoldenFile.assertClose(
          "gradient of pixels", golden.get("grad.pixels"), pixels.grad(), GRADIENT_TOLERANCE);
      StateDict gradients = weights.family().translate(GoldenFile.part(golden, "grad.")).state();
      assertEquals(
          model.parameters().size(),
          GoldenFile.assertGradients(gradients, "", model.parameters(), GRADIENT_TOLERANCE));
      model.decoder().trainedTo(1);
      assertOutput(golden, "open.", model.forward(pixels).last());
    }
  }

  private static void assertOutput(StateDict golden, String which, Outputs.Layer actual) {
    GoldenFile.assertClose(
        which + "classes", golden.get(which + "classes"), actual.classLogits(), TOLERANCE);
    GoldenFile.assertClose(
        which + "masks", golden.get(which + "masks"), actual.imageMaskLogits(), TOLERANCE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"eomt", "eomt-dinov3"})
  void theArchitectureIsReadOffTheWeights(String name) throws Exception {
    DeducedArchitecture deduced = DeducedArchitecture.of(weights(GoldenFile.read(name)).state());
    assertEquals(model(name, 1), deduced.model().orElseThrow());
    assertEquals(CLASSES, deduced.classes());
  }

  /** All that is in the file comes back to the bit, under the names that it had. */
  @ParameterizedTest
  @ValueSource(strings = {"eomt", "eomt-dinov3"})
  void exportIsTheInverseOfImport(String name) throws Exception {
    StateDict theirs = GoldenFile.part(GoldenFile.read(name), "state.");
    ImportedWeights weights = weights(GoldenFile.read(name));
    StateDict back = weights.family().export(weights.state());
    assertEquals(new TreeSet<>(theirs.keys()), new TreeSet<>(back.keys()));
    back.asMap().forEach((key, value) -> assertTrue(value.contentEquals(theirs.get(key)), key));
  }

  @ParameterizedTest
  @CsvSource({
    "EoMT (official), eomt",
    "EoMT with DINOv3 (official), eomt-dinov3",
    "EoMT (Hugging Face Transformers), eomt",
    "EoMT with DINOv3 (Hugging Face Transformers), eomt-dinov3"
  })
  void namesOfOthersAreRecognisedAndComeBackAsOurs(String title, String name) {
    CheckpointFamily family =
        KnownFamilies.all().stream()
            .filter(known -> known.title().equals(title))
            .findFirst()
            .orElseThrow();
    Map<String, HostTensor> state = new LinkedHashMap<>();
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, model(name, 1), ClassSpace.ofSize(CLASSES))) {
      model
          .state()
          .forEach(
              (key, p) ->
                  state.put(
                      key, HostTensor.ofFloats(new float[Math.toIntExact(p.numel())], p.shape())));
    }
    StateDict theirs = family.export(StateDict.of(state));
    assertEquals(family, KnownFamilies.of(theirs.keys()));
    KeyTranslation back = family.translate(theirs);
    assertEquals(state.keySet(), back.state().keys());
    assertEquals(List.of(), back.unexpected());
    assertEquals(model(name, 1), DeducedArchitecture.of(back.state()).model().orElseThrow());
  }

  /** timm packs the halves of a gated MLP, as DINOv2 does, under the names of an ordinary one. */
  @Test
  void theGiantsGatedLayersArePackedInOfficialFiles() {
    ModelConfig giant = giant();
    Map<String, HostTensor> state = new LinkedHashMap<>();
    Random random = new Random(3);
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, giant, ClassSpace.ofSize(CLASSES))) {
      model
          .state()
          .forEach(
              (key, p) -> {
                float[] values = new float[Math.toIntExact(p.numel())];
                for (int i = 0; i < values.length; i++) {
                  values[i] = random.nextFloat();
                }
                state.put(key, HostTensor.ofFloats(values, p.shape()));
              });
    }
    StateDict theirs = KnownFamilies.official(giant, StateDict.of(state));
    String block = "network.encoder.backbone.blocks.39.mlp.";
    assertArrayEquals(new long[] {48, 32}, theirs.get(block + "fc1.weight").shape());
    assertArrayEquals(new long[] {32, 24}, theirs.get(block + "fc2.weight").shape());
    Path file = folder.resolve("giant.safetensors");
    Safetensors.write(file, theirs);
    ImportedWeights back = WeightImport.read(file);
    assertEquals("EoMT, giant (official)", back.family().title());
    assertEquals(List.of(), back.unexpected());
    assertEquals(new TreeSet<>(state.keySet()), new TreeSet<>(back.state().keys()));
    state.forEach((key, value) -> assertTrue(value.contentEquals(back.state().get(key)), key));
    assertEquals(giant, DeducedArchitecture.of(back.state()).model().orElseThrow());
  }

  /** 40 blocks with gated MLPs, five of them with queries. */
  private static ModelConfig giant() {
    VitPart.Settings encoder =
        new VitPart.Settings(
            VitFamily.DINOV2_PATCHES,
            8,
            32,
            40,
            1,
            24,
            VitActivation.SWIGLU,
            false,
            4,
            4,
            0,
            List.of(),
            0,
            5,
            256,
            0,
            false);
    return new ModelConfig(
        32, 32, 32, encoder, new TokensPart.Settings(), new EomtPart.Settings(5));
  }

  /** Those of Transformers' models of these sizes; of DINOv3 without its bias of the keys. */
  @ParameterizedTest
  @CsvSource({
    "eomt-s, 23975942",
    "eomt-b, 93663110",
    "eomt-l, 316695686",
    "eomt-g, 1163622022",
    "eomt-dinov3-s, 23356934",
    "eomt-dinov3-b, 92425094",
    "eomt-dinov3-l, 315032710"
  })
  void parametersAreThePublishedOnes(String name, long parameters) {
    ModelConfig config = Variants.get(name);
    VitPart.Settings encoder = (VitPart.Settings) config.backbone();
    long keys = encoder.family() == VitFamily.DINOV3 ? (long) encoder.depth() * encoder.width() : 0;
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, config, ClassSpace.ofSize(133))) {
      assertEquals(parameters, model.parameterCount() - keys);
    }
  }
}
