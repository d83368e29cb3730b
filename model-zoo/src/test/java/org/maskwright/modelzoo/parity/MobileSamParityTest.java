package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.backbone.TinyVitPart;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.ImageEmbeddingPart;
import org.maskwright.modelzoo.prompt.PromptsPart;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TorchZipWriter;

/**
 * MobileSAM against its own code; make_mobile_sam.py made the golden file. The tolerance is float32
 * rounding: 1e-4 of the largest value, of a gradient 1e-3 of the largest norm.
 */
class MobileSamParityTest {
  private static final double TOLERANCE = 1e-4;
  private static final int SIDE = 64;
  private static final List<String> CLASSIFIER =
      List.of(
          "image_encoder.head.bias",
          "image_encoder.head.weight",
          "image_encoder.norm_head.bias",
          "image_encoder.norm_head.weight");

  @TempDir private Path folder;

  private static ModelConfig model(int decoderHeads, int side) {
    return new ModelConfig(
        32,
        4,
        side,
        new TinyVitPart.Settings(
            List.of(8, 12, 16, 20),
            List.of(1, 2, 2, 1),
            List.of(3, 2, 4),
            List.of(3, 4, 3),
            32,
            side,
            ResNetPart.Norm.FROZEN,
            0,
            false),
        new ImageEmbeddingPart.Settings(),
        new PromptsPart.Settings(2, decoderHeads, 64, 0));
  }

  private ImportedWeights weights(StateDict golden) {
    Path file = folder.resolve("reference.safetensors");
    Safetensors.write(file, GoldenFile.part(golden, "state."));
    return WeightImport.read(file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void answersAndGradientsAreThoseOfTheReferenceForEveryKindOfPrompt(String backend)
      throws Exception {
    StateDict golden = GoldenFile.read("mobile-sam");
    ImportedWeights weights = weights(golden);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        SegmentationModel model =
            SegmentationModels.build(engine, model(4, SIDE), ClassSpace.OBJECT);
        var scope = engine.scope()) {
      PromptCases.assertAnswersAndGradients(golden, weights, model, SIDE);
      model.setTraining(false);
      Tensor wide = GoldenFile.tensor(engine, golden.get("wide.pixels"));
      GoldenFile.assertClose(
          "80 x 112 pixels",
          golden.get("wide.embedding"),
          model.backbone().forward(wide).get(0),
          TOLERANCE);
    }
  }

  /** But for the side of the images and the decoder's heads. */
  @Test
  void theArchitectureIsReadOffTheWeights() throws Exception {
    StateDict state = weights(GoldenFile.read("mobile-sam")).state();
    DeducedArchitecture deduced = DeducedArchitecture.of(state);
    assertEquals(model(8, 1024), deduced.model().orElseThrow());
    assertEquals(1, deduced.classes());
  }

  @Test
  void officialFilesComeBackToTheBitWithZerosForTheClassifier() throws Exception {
    StateDict golden = GoldenFile.part(GoldenFile.read("mobile-sam"), "state.");
    StateDict ours = weights(GoldenFile.read("mobile-sam")).state();
    StateDict theirs = KnownFamilies.official(model(4, SIDE), ours);
    golden.asMap().forEach((key, v) -> assertTrue(v.contentEquals(theirs.get(key)), key));
    TreeSet<String> more = new TreeSet<>(theirs.keys());
    more.removeAll(golden.keys());
    more.removeIf(key -> key.endsWith(".bn.num_batches_tracked"));
    assertEquals(new TreeSet<>(CLASSIFIER), more);
    HostTensor head = theirs.get("image_encoder.head.weight");
    assertTrue(head.hasShape(1000, 20), head::toString);
    assertTrue(theirs.get("image_encoder.head.bias").hasShape(1000));
    assertTrue(theirs.get("image_encoder.norm_head.weight").hasShape(20));
    Path file = folder.resolve("mobile_sam.pt");
    TorchZipWriter.write(file, theirs);
    ImportedWeights back = WeightImport.read(file);
    assertEquals("MobileSAM (official)", back.family().title());
    assertEquals("MobileSAM: Apache-2.0", back.provenance().licence());
    assertEquals(List.of(), back.unexpected());
    assertEquals(ours.keys(), back.state().keys());
    ours.asMap()
        .forEach((key, value) -> assertTrue(value.contentEquals(back.state().get(key)), key));
  }
}
