package org.maskwright.modelzoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.WordProjection;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.decoder.MaskDecoder;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.head.Vocabulary;
import org.maskwright.modelzoo.head.WordsHeadPart;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoder;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.text.Reduction;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/** A model that is asked about other classes than its own, on a backbone that knows words. */
class SpokenModelTest {
  private static final int WIDTH = 8;
  private static final List<String> WORDS = List.of("cone", "ball", "sky", "boat", "ship");
  private static final ClassSpace OWN =
      new ClassSpace(
          List.of(new ClassSpace.Entry("cone", true), new ClassSpace.Entry("sky", false)));

  @TempDir private Path folder;
  private Engine engine;
  private TextBank bank;

  @BeforeEach
  void open() {
    engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
    Random random = new Random(5);
    float[] vectors = new float[WORDS.size() * WIDTH];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = random.nextBoolean() ? 1 : -1;
      vectors[i] /= (float) Math.sqrt(WIDTH);
    }
    bank =
        TextBank.of(WORDS.stream().map(WordClass::named).toList(), List.of("a {}"), WIDTH, vectors);
    bank.write(folder.resolve("bank.safetensors"));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  /** The backbone of a small model, with a projection of its last map to the words' space. */
  private static final class Wordy extends Backbone {
    private final Backbone inner;
    private final WordProjection words;

    Wordy(Backbone inner, int width) {
      super(inner.engine());
      this.inner = child("inner", inner);
      List<Integer> channels = inner.channels();
      words =
          child(
              "words",
              new WordProjection(
                  engine(),
                  new WordProjection.Layers(channels.get(channels.size() - 1), width, 0, false),
                  pixels -> inner.forward(pixels).get(3).mean(2, 3)));
    }

    @Override
    public List<Tensor> forward(Tensor pixels) {
      return inner.forward(pixels);
    }

    @Override
    public List<Integer> channels() {
      return inner.channels();
    }

    @Override
    public Optional<WordSpace> wordSpace() {
      return Optional.of(words);
    }
  }

  private WordsHeadPart.Settings head(double seen, double unseen) {
    return new WordsHeadPart.Settings(
        Optional.of(folder.resolve("bank.safetensors")),
        Reduction.MEAN,
        0.07,
        2,
        List.of(),
        new WordsHeadPart.OutOfVocabularyWeights(seen, unseen),
        Optional.empty());
  }

  private SegmentationModel model(double seen, double unseen, int width) {
    ModelConfig config = Variants.get("mask2former-tiny").withClassHead(head(seen, unseen));
    try (var scope = engine.scope()) {
      Backbone backbone = new Wordy(SegmentationModels.backbone(engine, config.backbone()), width);
      PixelDecoder pixels =
          config
              .pixelDecoder()
              .build(engine, backbone.channels(), config.hiddenDim(), config.maskDim());
      ClassHeads heads = config.classHead().of(OWN);
      MaskDecoder decoder =
          config
              .decoder()
              .build(
                  engine,
                  backbone,
                  pixels.memoryChannels(),
                  config.hiddenDim(),
                  config.maskDim(),
                  heads);
      return new SegmentationModel(
          config.withClassHead(heads.settings()), 3, backbone, pixels, decoder);
    }
  }

  private Tensor pixels() {
    return engine.normal(engine.random().get("pixels"), 0, 1, 1, 3, 64, 64);
  }

  @Test
  void atInferenceTheBackboneIsAskedTooAndInTrainingItIsNot() {
    try (SegmentationModel model = model(0.4, 0.8, WIDTH);
        var scope = engine.scope()) {
      Tensor pixels = pixels();
      model.setTraining(false);
      Outputs all = model.forward(pixels);
      Outputs answer = all.answer();
      assertArrayEquals(all.maskLogits().toFloats(), answer.maskLogits().toFloats());
      float[] head = all.classLogits().softmax(2).toFloats();
      float[] joined = answer.classLogits().softmax(2).toFloats();
      boolean differs = false;
      for (int i = 0; i < head.length; i++) {
        if (i % 3 == 2) {
          assertEquals(head[i], joined[i], 1e-5, "no object is the head's to say");
        }
        differs |= Math.abs(head[i] - joined[i]) > 1e-3;
      }
      assertTrue(differs);
      assertArrayEquals(joined, model.predict(pixels).classLogits().softmax(2).toFloats(), 1e-4f);
      model.setTraining(true);
      Outputs training = model.forward(pixels);
      assertEquals(
          training.classLogits().toFloats().length,
          training.answer().classLogits().toFloats().length);
      assertTrue(training.extra(Outputs.Refinement.class).isEmpty());
    }
  }

  @Test
  void aFrozenBackboneHasNoGradientAndKeepsItsBuffers() {
    try (SegmentationModel model = model(0.4, 0.8, WIDTH)) {
      Map<String, Parameter> backbone = model.backbone().state();
      model.backbone().parameters().values().forEach(p -> p.setTrainable(false));
      Map<String, float[]> before = new HashMap<>();
      backbone.forEach((name, p) -> before.put(name, p.tensor().toFloats()));
      float[] table = table(model);
      model.setTraining(true);
      for (int step = 0; step < 3; step++) {
        try (var scope = engine.scope()) {
          Outputs outputs = model.forward(pixels());
          outputs.classLogits().square().sum().add(outputs.maskLogits().square().sum()).backward();
        }
      }
      backbone.forEach(
          (name, p) -> assertArrayEquals(before.get(name), p.tensor().toFloats(), name));
      model.backbone().parameters().forEach((name, p) -> assertNull(p.grad(), name));
      assertArrayEquals(table, table(model));
    }
  }

  private static float[] table(SegmentationModel model) {
    return model.state().get("sem_seg_head.predictor.class_embed.table").tensor().toFloats();
  }

  @Test
  void resultsAreOfTheClassesThatAreSpoken() {
    try (SegmentationModel model = model(0.4, 0.8, WIDTH);
        var scope = engine.scope()) {
      model.setTraining(false);
      Tensor pixels = pixels();
      float[] own = model.predict(pixels).classLogits().toFloats();
      Vocabulary asked = Vocabulary.parse("boat|ship, cone, ball", "");
      try (var spoken = model.speak(asked, Optional.of(bank))) {
        assertEquals(asked.space(), model.classSpace());
        assertEquals(4, model.predict(pixels).classLogits().size(2));
      }
      assertEquals(OWN, model.classSpace());
      assertArrayEquals(own, model.predict(pixels).classLogits().toFloats());
    }
  }

  @Test
  void weightsOfOtherClassesLeaveTheTableAsItWasRead() {
    ModelConfig config = Variants.get("mask2former-tiny").withClassHead(head(0, 0));
    ClassSpace others =
        new ClassSpace(
            List.of(new ClassSpace.Entry("ball", true), new ClassSpace.Entry("boat", true)));
    Path file = folder.resolve("model.safetensors");
    try (SegmentationModel trained = SegmentationModels.build(engine, config, OWN);
        SegmentationModel model = SegmentationModels.build(engine, config, others)) {
      Map<String, HostTensor> state = new LinkedHashMap<>();
      trained
          .state()
          .forEach(
              (name, p) -> state.put(name, HostTensor.ofFloats(p.tensor().toFloats(), p.shape())));
      Safetensors.write(file, StateDict.of(state));
      float[] own = table(model);
      model.load(WeightImport.read(file), LoadPolicy.strict());
      assertArrayEquals(own, table(model));
      String projection = "sem_seg_head.predictor.class_embed.projection.layers.0.weight";
      assertArrayEquals(
          trained.state().get(projection).tensor().toFloats(),
          model.state().get(projection).tensor().toFloats());
    }
  }

  @Test
  void aBackboneThatKnowsNoWordsOrOthersIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> model(0.4, 0.8, WIDTH + 1));
    ModelConfig config = Variants.get("mask2former-tiny").withClassHead(head(0.4, 0.8));
    String told =
        assertThrows(
                IllegalArgumentException.class, () -> SegmentationModels.build(engine, config, OWN))
            .getMessage();
    assertTrue(told.contains("out-of-vocabulary") && told.contains("resnet"), told);
    try (SegmentationModel off =
        SegmentationModels.build(
            engine, Variants.get("mask2former-tiny").withClassHead(head(0, 0)), OWN)) {
      assertFalse(off.decoder().classHead().orElseThrow().outOfVocabulary().isPresent());
    }
  }

  @Test
  void aModelWithoutWordsAndOneThatClassifiesPixelsSayWhatToDo() {
    try (SegmentationModel linear =
        SegmentationModels.build(engine, Variants.get("mask2former-tiny"), OWN)) {
      String told =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> linear.speak(Vocabulary.parse("boat", ""), Optional.of(bank)))
              .getMessage();
      assertTrue(told.contains("model.class-head.type = words"), told);
      linear.speak(Vocabulary.parse("sky", "sky"), Optional.empty()).close();
    }
  }
}
