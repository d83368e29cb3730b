package org.maskwright.trainer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.head.Vocabulary;
import org.maskwright.modelzoo.head.WordsHeadPart;
import org.maskwright.modelzoo.text.Reduction;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;

/** The folder of a model whose classes are words. */
class WordsModelFolderTest {
  private static final ClassSpace CLASSES =
      new ClassSpace(
          List.of(new ClassSpace.Entry("cone", true), new ClassSpace.Entry("sky", false)));

  @TempDir private Path folder;

  @Test
  void itIsWholeWithoutTheBankAndSaysWhereTheWordsCameFrom() throws IOException {
    Path file = folder.resolve("words.bank.safetensors");
    TextBank.of(
            List.of("cone", "sky", "sea").stream().map(WordClass::named).toList(),
            List.of("a {}"),
            3,
            new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1})
        .withProvenance(Map.of("model", "tiny CLIP"))
        .write(file);
    ModelConfig config =
        Variants.get("mask2former-tiny")
            .withClassHead(
                new WordsHeadPart.Settings(
                    Optional.of(file),
                    Reduction.MEAN,
                    0.07,
                    1,
                    List.of(),
                    new WordsHeadPart.OutOfVocabularyWeights(0, 0),
                    Optional.empty()));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
        SegmentationModel model = SegmentationModels.build(engine, config, CLASSES)) {
      ModelFile written =
          ModelFile.of(model.config(), CLASSES, 64, 96, Normalization.IMAGENET, "mine");
      ModelFolder.write(folder, written, model);
      Files.delete(file);
      assertEquals(written, ModelFolder.describe(folder));
      String text = Files.readString(folder.resolve(ModelFolder.SETTINGS));
      assertTrue(text.contains("tiny CLIP") && text.contains("reduction=mean"), text);
      try (SegmentationModel opened = ModelFolder.open(engine, folder)) {
        model
            .state()
            .forEach(
                (name, p) ->
                    assertArrayEquals(
                        p.tensor().toFloats(), opened.state().get(name).tensor().toFloats(), name));
        opened.speak(Vocabulary.parse("sky", "sky"), Optional.empty()).close();
        String told =
            assertThrows(
                    IllegalArgumentException.class,
                    () -> opened.speak(Vocabulary.parse("sea", ""), Optional.empty()))
                .getMessage();
        assertTrue(told.contains("[sea]") && told.contains("tiny CLIP"), told);
      }
    }
  }
}
