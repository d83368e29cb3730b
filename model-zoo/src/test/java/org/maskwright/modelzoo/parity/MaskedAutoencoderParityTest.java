package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.PatchGrid;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.NonePart;
import org.maskwright.modelzoo.pretext.MaskedAutoencoder;
import org.maskwright.modelzoo.pretext.MaskedAutoencoderPart;
import org.maskwright.modelzoo.pretext.PatchMask;
import org.maskwright.modelzoo.pretext.RegionAutoencoderPart;
import org.maskwright.modelzoo.pretext.RegionBranch;
import org.maskwright.modelzoo.vit.PlainBlocks;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * Masked autoencoders against Transformers' ViTMAEForPreTraining, and the branch of regions against
 * its formulas in PyTorch; make_mae.py made the golden files. The tolerance is float32 rounding:
 * 1e-4 of the largest value, of a gradient 1e-3 of the largest norm.
 */
class MaskedAutoencoderParityTest {
  private static final double TOLERANCE = 1e-4;
  private static final double GRADIENT_TOLERANCE = 1e-3;
  private static final double HIDDEN = 0.75;
  private static final String REGIONS = "sem_seg_head.predictor.regions.";

  @TempDir private Path folder;

  /** As make_mae.py has them. */
  private static final VitPart.Settings ENCODER =
      new VitPart.Settings(
          VitFamily.MAE,
          4,
          32,
          2,
          2,
          48,
          VitActivation.GELU,
          false,
          4,
          0,
          0,
          List.of(),
          0,
          0,
          256,
          0,
          false);

  private static final MaskedAutoencoderPart.Settings PIXELS =
      new MaskedAutoencoderPart.Settings(new PlainBlocks.Sizes(64, 2, 2, 40), HIDDEN, true);

  private static ModelConfig model(DecoderConfig decoder) {
    return new ModelConfig(256, 256, 32, ENCODER, new NonePart.Settings(), decoder);
  }

  private ImportedWeights weights(StateDict golden) {
    Path file = folder.resolve("reference.safetensors");
    Safetensors.write(file, GoldenFile.part(golden, "state."));
    return WeightImport.read(file);
  }

  private static PatchMask mask(StateDict golden) {
    HostTensor noise = golden.get("noise");
    float[] all = noise.toFloatArray();
    int patches = (int) noise.shape()[1];
    List<float[]> each = new ArrayList<>();
    for (int from = 0; from < all.length; from += patches) {
      each.add(Arrays.copyOfRange(all, from, from + patches));
    }
    return PatchMask.of(each, HIDDEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void predictionsLossAndGradientsAreThoseOfTheReference(String backend) throws Exception {
    StateDict golden = GoldenFile.read("mae");
    ImportedWeights weights = weights(golden);
    assertEquals(List.of(), weights.unexpected());
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        SegmentationModel model =
            SegmentationModels.build(engine, model(PIXELS), ClassSpace.ofSize(3));
        var scope = engine.scope()) {
      model.load(weights, LoadPolicy.strict());
      model.setTraining(true);
      MaskedAutoencoder decoder = (MaskedAutoencoder) model.decoder();
      PatchMask mask = mask(golden);
      Tensor pixels = GoldenFile.tensor(engine, golden.get("pixels")).variable();
      Tensor predicted = decoder.pixels().predict(decoder.encode(pixels, mask), mask, 4);
      Tensor all = GoldenFile.tensor(engine, golden.get("logits"));
      Tensor hidden = PatchGrid.at(all, mask.hidden(engine));
      GoldenFile.assertClose(
          "hidden pixels",
          HostTensor.ofFloats(hidden.toFloats(), hidden.shape()),
          predicted,
          TOLERANCE);
      float[] isHidden = golden.get("mask").toFloatArray();
      for (int i = 0; i < isHidden.length; i++) {
        assertEquals(isHidden[i] == 1, mask.isHidden(i / 16, i % 16));
      }
      Tensor loss = decoder.pixels().losses(predicted, pixels, mask).mean();
      assertEquals(golden.get("loss").toFloatArray()[0], loss.item(), TOLERANCE);
      loss.backward();
      GoldenFile.assertClose(
          "gradient of pixels", golden.get("grad.pixels"), pixels.grad(), GRADIENT_TOLERANCE);
      StateDict gradients = weights.family().translate(GoldenFile.part(golden, "grad.")).state();
      int compared =
          GoldenFile.assertGradients(gradients, "", model.parameters(), GRADIENT_TOLERANCE);
      assertTrue(compared > 40, "compared " + compared);
    }
  }

  @Test
  void filesComeBackToTheBitAndTheOfficialNamesAreAnother() throws Exception {
    StateDict golden = GoldenFile.read("mae");
    ImportedWeights theirs = weights(golden);
    GoldenFile.assertComesBack(GoldenFile.part(golden, "state."), theirs);
    ModelConfig deduced = DeducedArchitecture.of(theirs.state()).model().orElseThrow();
    assertEquals(PIXELS, deduced.decoder());
    Map<String, HostTensor> published = new LinkedHashMap<>();
    GoldenFile.part(golden, "state.")
        .asMap()
        .forEach(
            (key, value) ->
                published.put(key.replace("decoder_encoder.layer", "decoder_layers"), value));
    Path hub = folder.resolve("published.safetensors");
    Safetensors.write(hub, StateDict.of(published));
    assertEquals(theirs.state().keys(), WeightImport.read(hub).state().keys());
    StateDict official = KnownFamilies.official(model(PIXELS), theirs.state());
    assertTrue(
        official
            .keys()
            .containsAll(
                List.of(
                    "cls_token",
                    "pos_embed",
                    "patch_embed.proj.weight",
                    "blocks.1.attn.qkv.bias",
                    "norm.weight",
                    "mask_token",
                    "decoder_pos_embed",
                    "decoder_embed.weight",
                    "decoder_blocks.1.mlp.fc2.bias",
                    "decoder_norm.bias",
                    "decoder_pred.weight")));
    Path file = folder.resolve("official.safetensors");
    Safetensors.write(file, official);
    StateDict again = WeightImport.read(file).state();
    assertEquals(theirs.state().keys(), again.keys());
    again
        .asMap()
        .forEach((key, value) -> assertTrue(value.contentEquals(theirs.state().get(key)), key));
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void regionsAreThoseOfTheFormulas(String backend) throws Exception {
    StateDict golden = GoldenFile.read("rmae");
    RegionAutoencoderPart.Settings settings =
        new RegionAutoencoderPart.Settings(
            PIXELS, new PlainBlocks.Sizes(24, 1, 2, 40), new PlainBlocks.Sizes(32, 2, 4, 48));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        SegmentationModel model =
            SegmentationModels.build(engine, model(settings), ClassSpace.ofSize(3));
        var scope = engine.scope()) {
      Map<String, Parameter> state = model.state();
      GoldenFile.part(golden, "state.")
          .asMap()
          .forEach((key, value) -> state.get(REGIONS + key).set(value.floats()));
      model.setTraining(true);
      RegionBranch branch = ((MaskedAutoencoder) model.decoder()).regions().orElseThrow();
      PatchMask mask = mask(golden);
      Tensor latent = GoldenFile.tensor(engine, golden.get("latent")).variable();
      Tensor regions = GoldenFile.tensor(engine, golden.get("regions"));
      Tensor logits = branch.predict(latent, regions, mask);
      Tensor all = GoldenFile.tensor(engine, golden.get("logits"));
      for (int k = 0; k < 2; k++) {
        Tensor hidden = PatchGrid.at(all.select(1, k), mask.hidden(engine));
        GoldenFile.assertClose(
            "region " + k,
            HostTensor.ofFloats(hidden.toFloats(), hidden.shape()),
            logits.select(1, k),
            TOLERANCE);
      }
      Tensor loss = branch.losses(logits, regions, mask).mean();
      assertEquals(golden.get("loss").toFloatArray()[0], loss.item(), TOLERANCE);
      loss.backward();
      GoldenFile.assertClose(
          "gradient of latent", golden.get("grad.pixels"), latent.grad(), GRADIENT_TOLERANCE);
      Map<String, Parameter> own = new LinkedHashMap<>();
      model
          .parameters()
          .forEach(
              (name, p) -> {
                if (name.startsWith(REGIONS)) {
                  own.put(name.substring(REGIONS.length()), p);
                }
              });
      int compared =
          GoldenFile.assertGradients(GoldenFile.part(golden, "grad."), "", own, GRADIENT_TOLERANCE);
      assertEquals(own.size() - 2, compared); // but the two tables of positions
    }
  }

  @Test
  void seenAndPaintedPatchesStandAtTheirPlaces() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withSeed(2));
        SegmentationModel model =
            SegmentationModels.build(engine, model(PIXELS), ClassSpace.ofSize(1));
        var off = engine.noGrad();
        var scope = engine.scope()) {
      MaskedAutoencoder decoder = (MaskedAutoencoder) model.decoder();
      Tensor pixels = engine.normal(engine.random().get("test"), 0, 1, 1, 3, 8, 24);
      float[] noise = engine.random().get("noise").uniform(12, 0, 1);
      PatchMask mask = PatchMask.of(List.of(noise), 0.5);
      Tensor rows = PatchGrid.pixels(pixels, 4);
      Tensor hidden = PatchGrid.at(rows, mask.hidden(engine));
      Tensor centred = hidden.sub(hidden.mean(2).unsqueeze(2));
      Tensor spread = centred.square().sum(2).mul(1.0 / 47).add(1e-6).sqrt().unsqueeze(2);
      Tensor right = centred.div(spread);
      float[] painted = decoder.pixels().paint(right, pixels, mask).toFloats();
      float[] expected = pixels.toFloats();
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], painted[i], 1e-5);
      }
      assertEquals(0, decoder.pixels().losses(right, pixels, mask).sum().item(), 1e-9);
    }
  }

  @Test
  void aShareThatHidesNothingOrAllIsRefused() {
    for (float[] noise : List.of(new float[] {3, 1, 2, 4}, new float[] {1})) {
      assertThrows(IllegalArgumentException.class, () -> PatchMask.of(List.of(noise), 0.9));
    }
    for (double share : new double[] {0, 1}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new MaskedAutoencoderPart.Settings(PIXELS.blocks(), share, true));
    }
  }
}
