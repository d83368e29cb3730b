package org.maskwright.modelzoo.clip;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.parity.GoldenFile;
import org.maskwright.modelzoo.text.Reduction;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/** A folder of transformers' CLIPModel as a whole; make_clip_model.py made it. */
class WholeClipTest {
  private static final double TOLERANCE = 1e-4;
  private static final List<String> TEMPLATES = List.of("a photo of a {}.");

  @TempDir private Path temp;

  private static Path folder() throws Exception {
    return Path.of(GoldenFile.class.getResource("clip-model/config.json").toURI()).getParent();
  }

  private static List<WordClass> classes(String... names) {
    return java.util.Arrays.stream(names).map(WordClass::named).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void scoresOfPicturesAreTheReferences(String backend) throws Exception {
    StateDict golden = GoldenFile.read("clip-model");
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        ClipModel clip = ClipModel.open(engine, folder(), Optional.empty());
        var scope = engine.scope()) {
      TextBank bank =
          clip.text().bank(classes("cat", "red crate", "dog", "hound"), TEMPLATES, () -> {});
      Tensor pixels = GoldenFile.tensor(engine, golden.get("pixels"));
      Tensor scores = clip.scores(pixels, bank.table(Reduction.MEAN));
      GoldenFile.assertClose("scores", golden.get("scores"), scores, TOLERANCE);
    }
  }

  /** The best of a class's words counts. */
  @Test
  void synonymsTakeTheLargestScore() throws Exception {
    StateDict golden = GoldenFile.read("clip-model");
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"));
        ClipModel clip = ClipModel.open(engine, folder(), Optional.empty());
        var scope = engine.scope()) {
      Tensor pixels = GoldenFile.tensor(engine, golden.get("pixels"));
      TextBank bank =
          clip.text()
              .bank(
                  List.of(new WordClass("animal", List.of("dog", "hound")), WordClass.named("cat")),
                  TEMPLATES,
                  () -> {});
      Tensor reference = GoldenFile.tensor(engine, golden.get("scores"));
      Tensor dogs = reference.slice(1, 2, 3).maximum(reference.slice(1, 3, 4));
      Tensor expected = Tensor.concat(1, dogs, reference.slice(1, 0, 1));
      float[] got = clip.scores(pixels, bank.table(Reduction.MEAN)).toFloats();
      float[] want = expected.toFloats();
      for (int i = 0; i < want.length; i++) {
        assertTrue(Math.abs(want[i] - got[i]) < 1e-3, want[i] + " and " + got[i]);
      }
    }
  }

  @Test
  void fileWithoutWordsIsRefused() throws Exception {
    Path file = temp.resolve("model.safetensors");
    Safetensors.write(file, GoldenFile.part(GoldenFile.read("clip-resnet"), "state."));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"))) {
      CheckpointException e =
          assertThrows(
              CheckpointException.class, () -> ClipModel.open(engine, file, Optional.empty()));
      assertTrue(e.getMessage().contains("text encoder"), e.getMessage());
    }
  }
}
