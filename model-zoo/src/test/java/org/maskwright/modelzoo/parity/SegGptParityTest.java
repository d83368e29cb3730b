package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.decoder.InContextDecoder;
import org.maskwright.modelzoo.decoder.InContextDecoder.Meaning;
import org.maskwright.modelzoo.decoder.InContextPart;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.HuggingFaceFolder;
import org.maskwright.modelzoo.family.HuggingFaceSettings;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.pixeldecoder.TokensPart;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.KeyTranslation;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * SegGPT against Transformers' SegGptForImageSegmentation; make_seggpt.py made the golden file. The
 * tolerance is float32 rounding: 1e-4 of the largest value, of a gradient 1e-3 of the largest norm.
 */
class SegGptParityTest {
  private static final double TOLERANCE = 1e-4;
  private static final double GRADIENT_TOLERANCE = 1e-3;
  private static final double BETA = 0.01;
  private static final String GOLDEN = "seggpt";
  private static final long PUBLISHED = 370_723_203L;

  @TempDir private Path folder;

  /** As make_seggpt.py has it. */
  private static ModelConfig model(boolean checkpointing) {
    VitPart.Settings encoder =
        new VitPart.Settings(
            VitFamily.PAINTER,
            4,
            32,
            5,
            2,
            48,
            VitActivation.GELU,
            false,
            3,
            4,
            0,
            0,
            List.of(),
            0,
            5,
            256,
            0,
            checkpointing);
    return new ModelConfig(
        32,
        32,
        4,
        encoder,
        new TokensPart.Settings(),
        new InContextPart.Settings(List.of(1, 2, 4), 1, 8, true));
  }

  private ImportedWeights weights(StateDict golden) {
    Path file = folder.resolve("reference.safetensors");
    Safetensors.write(file, GoldenFile.part(golden, "state."));
    return WeightImport.read(file);
  }

  @ParameterizedTest
  @CsvSource({"torch, false", "torch, true", "nd4j, false"})
  void whatIsPaintedItsLossAndItsGradientsAreThoseOfTheReference(
      String backend, boolean checkpointing) throws Exception {
    StateDict golden = GoldenFile.read(GOLDEN);
    ImportedWeights weights = weights(golden);
    assertEquals(List.of(), weights.unexpected());
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        SegmentationModel model =
            SegmentationModels.build(engine, model(checkpointing), ClassSpace.ofSize(1));
        var scope = engine.scope()) {
      assertTrue(model.load(weights, LoadPolicy.strict()).isExact());
      model.setTraining(true);
      InContextDecoder decoder = (InContextDecoder) model.decoder();
      Tensor pictures = GoldenFile.tensor(engine, golden.get("pictures"));
      Tensor targets = GoldenFile.tensor(engine, golden.get("targets")).variable();
      Tensor hidden = GoldenFile.tensor(engine, golden.get("hidden")).gt(0);
      PixelFeatures features = model.features(interleaved(pictures, targets)).ofClips(2);
      Tensor painted = decoder.paint(features, hidden, Meaning.OBJECTS);
      GoldenFile.assertClose("painted", golden.get("painted"), painted, TOLERANCE);
      Tensor loss = loss(painted, targets, hidden);
      assertEquals(golden.get("loss").toFloatArray()[0], loss.item(), TOLERANCE);
      loss.backward();
      GoldenFile.assertClose(
          "gradient of targets", golden.get("grad.targets"), targets.grad(), GRADIENT_TOLERANCE);
      Map<String, HostTensor> named = new LinkedHashMap<>();
      GoldenFile.part(golden, "grad.").asMap().forEach(named::put);
      named.remove("targets");
      StateDict gradients = weights.family().translate(StateDict.of(named)).state();
      int compared =
          GoldenFile.assertGradients(gradients, "", model.parameters(), GRADIENT_TOLERANCE);
      assertEquals(model.parameters().size() - 1, compared); // but the type token of classes
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void classesAndSeveralExamplesArePaintedAsByTheReference(String backend) throws Exception {
    StateDict golden = GoldenFile.read(GOLDEN);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        SegmentationModel model =
            SegmentationModels.build(engine, model(false), ClassSpace.ofSize(1));
        var off = engine.noGrad();
        var scope = engine.scope()) {
      model.load(weights(golden), LoadPolicy.strict());
      model.setTraining(false);
      InContextDecoder decoder = (InContextDecoder) model.decoder();
      Tensor pictures = GoldenFile.tensor(engine, golden.get("pictures"));
      Tensor targets = GoldenFile.tensor(engine, golden.get("targets"));
      Tensor lower = lowerHalf(engine, 32);
      GoldenFile.assertClose(
          "classes",
          golden.get("classes"),
          decoder.paint(
              model.features(interleaved(pictures, targets)).ofClips(2), lower, Meaning.CLASSES),
          TOLERANCE);
      Tensor below = pictures.slice(0, 1, 2).slice(2, 16, 32).expand(2, 3, 16, 16);
      Tensor one = Tensor.concat(2, pictures.slice(2, 0, 16), below);
      GoldenFile.assertClose(
          "together",
          golden.get("together"),
          decoder.paintTogether(
              model.features(interleaved(one, targets)).ofClips(2), lower, Meaning.OBJECTS),
          TOLERANCE);
    }
  }

  /** Smooth L1 of the hidden patches of 4 x 4 pixels, of which there are 8 rows of 4. */
  private static Tensor loss(Tensor painted, Tensor targets, Tensor hidden) {
    Tensor counted =
        hidden
            .cast(DType.FLOAT32)
            .reshape(2, 1, 8, 1, 4, 1)
            .expand(2, 3, 8, 4, 4, 4)
            .reshape(2, 3, 32, 16);
    Tensor distance = painted.sub(targets).abs();
    Tensor each =
        distance.lt(BETA).where(distance.square().mul(0.5 / BETA), distance.sub(0.5 * BETA));
    return each.mul(counted).sum().div(counted.sum());
  }

  /** Two [B,3,H,W] to the clips [2B,3,H,W]. */
  private static Tensor interleaved(Tensor pictures, Tensor targets) {
    return Tensor.stack(1, pictures, targets).flatten(0, 1);
  }

  private static Tensor lowerHalf(Engine engine, int patches) {
    float[] values = new float[patches];
    Arrays.fill(values, patches / 2, patches, 1);
    return engine.floats(values, 1, patches).gt(0);
  }

  @Test
  void aPictureAloneIsRefused() {
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, model(false), ClassSpace.ofSize(1));
        var scope = engine.scope()) {
      Tensor pixels = engine.zeros(1, 3, 32, 16);
      String message =
          assertThrows(IllegalStateException.class, () -> model.predict(pixels)).getMessage();
      assertTrue(message.contains("expected an example"), message);
    }
  }

  @Test
  void theArchitectureIsReadOffTheWeightsAndTheJsonFile() throws Exception {
    StateDict golden = GoldenFile.read(GOLDEN);
    ImportedWeights weights = weights(golden);
    Path out = folder.resolve("hf");
    Files.createDirectories(out);
    HuggingFaceFolder.write(
        out,
        model(false),
        new HuggingFaceSettings(
            List.of("object"), 16, 16, List.of(1.0, 2.0, 3.0), List.of(1.0, 2.0, 3.0)),
        weights.state());
    DeducedArchitecture deduced = HuggingFaceFolder.deduce(out, weights.state());
    assertEquals(model(false), deduced.model().orElseThrow());
    StateDict theirs = GoldenFile.part(golden, "state.");
    StateDict back = Safetensors.read(out.resolve("model.safetensors"));
    assertEquals(new TreeSet<>(theirs.keys()), new TreeSet<>(back.keys()));
    back.asMap().forEach((key, value) -> assertTrue(value.contentEquals(theirs.get(key)), key));
    assertEquals(List.of("object"), HuggingFaceFolder.read(out).classNames());
  }

  /** The names of the official file are told from MAE's, which has blocks of the same names. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void namesOfTheOfficialCodeAreRecognisedAndComeBackAsOurs(boolean typeTokens) {
    InContextPart.Settings plain = new InContextPart.Settings(List.of(1, 2, 4), 1, 8, typeTokens);
    ModelConfig config = model(false).withDecoder(plain);
    StateDict ours = zeros(config);
    StateDict theirs = KnownFamilies.official(config, ours);
    assertTrue(theirs.contains("decoder_pred.3.bias"));
    assertEquals("SegGPT / Painter (official)", KnownFamilies.of(theirs.keys()).title());
    KeyTranslation back = KnownFamilies.of(theirs.keys()).translate(theirs);
    assertEquals(ours.keys(), back.state().keys());
    ModelConfig deduced = DeducedArchitecture.of(back.state()).model().orElseThrow();
    assertEquals(config.backbone(), deduced.backbone());
    assertEquals(typeTokens, ((InContextPart.Settings) deduced.decoder()).typeTokens());
  }

  @Test
  void paintersWeightsAreNoneOfTransformers() {
    ModelConfig painter =
        model(false).withDecoder(new InContextPart.Settings(List.of(1, 2, 4), 1, 8, false));
    String message =
        assertThrows(
                CheckpointException.class,
                () ->
                    HuggingFaceFolder.write(
                        folder,
                        painter,
                        new HuggingFaceSettings(
                            List.of("a"), 16, 16, List.of(1.0, 1.0, 1.0), List.of(1.0, 1.0, 1.0)),
                        zeros(painter)))
            .getMessage();
    assertTrue(message.contains("--to official"), message);
  }

  private static StateDict zeros(ModelConfig config) {
    Map<String, HostTensor> state = new LinkedHashMap<>();
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model = SegmentationModels.build(engine, config, ClassSpace.ofSize(1))) {
      model
          .state()
          .forEach(
              (key, p) ->
                  state.put(
                      key, HostTensor.ofFloats(new float[Math.toIntExact(p.numel())], p.shape())));
    }
    return StateDict.of(state);
  }

  /** Those of Transformers' model of this size; and the architecture of its file. */
  @Test
  void parametersOfTheLargeOneAreThePublishedOnes() {
    ModelConfig config = Variants.get("seggpt-vit-l");
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model = SegmentationModels.build(engine, config, ClassSpace.ofSize(1))) {
      assertEquals(PUBLISHED, model.parameterCount());
    }
  }
}
