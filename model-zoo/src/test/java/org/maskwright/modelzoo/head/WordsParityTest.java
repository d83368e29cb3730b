package org.maskwright.modelzoo.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.maskwright.modelzoo.parity.GoldenFile.assertClose;
import static org.maskwright.modelzoo.parity.GoldenFile.part;
import static org.maskwright.modelzoo.parity.GoldenFile.tensor;
import static org.maskwright.modelzoo.parity.GoldenFile.weighted;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.text.Reduction;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/** The head of words beside FC-CLIP's own functions; make_words.py made the golden file. */
class WordsParityTest {
  private static final double TOLERANCE = 1e-5;
  private static final int CHANNELS = 6;
  private static final int WIDTH = 7;
  private static final int PER_CLASS = 3;
  private static final int LAYERS = 3;
  private static final double SCALE = 50;

  private static StateDict golden() throws Exception {
    return Safetensors.read(
        Path.of(WordsParityTest.class.getResource("words.safetensors").toURI()));
  }

  private static Engine open(String backend) {
    return Engine.open(EngineOptions.DEFAULT.withBackend(backend));
  }

  private static WordsClassHead head(Engine engine, StateDict golden) {
    List<WordClass> words = List.of("a", "b", "c", "d").stream().map(WordClass::named).toList();
    WordsHeadPart.Settings settings =
        new WordsHeadPart.Settings(
            Optional.empty(),
            Reduction.MEAN,
            0.07,
            LAYERS,
            List.of(),
            new WordsHeadPart.OutOfVocabularyWeights(0, 0),
            Optional.of(new WordsHeadPart.Table(WIDTH, PER_CLASS, SCALE, words, Map.of())));
    WordsClassHead head =
        new WordsClassHead(
            engine, CHANNELS, ClassSpace.ofSize(words.size()), settings, Optional.empty());
    StateDict state = part(golden, "state.");
    assertEquals(state.keys(), head.state().keySet());
    head.state().forEach((name, p) -> p.set(state.get(name).floats()));
    return head;
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void logitsAndGradientsEqualTheReference(String backend) throws Exception {
    StateDict golden = golden();
    try (Engine engine = open(backend);
        WordsClassHead head = head(engine, golden);
        var scope = engine.scope()) {
      Tensor states = tensor(engine, golden.get("states")).variable();
      Tensor logits = head.forward(states);
      assertClose("logits", golden.get("logits"), logits, TOLERANCE);
      weighted(logits).backward();
      assertClose("states", golden.get("grad.states"), states.grad(), TOLERANCE);
      for (String name : head.parameters().keySet()) {
        String key = "grad." + name;
        if (golden.contains(key)) {
          assertClose(name, golden.get(key), head.parameters().get(name).grad(), TOLERANCE);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "torch,none,0,0",
    "torch,all,1,1",
    "torch,fc-clip,0.4,0.8",
    "torch,f-vlm,0.35,0.65",
    "nd4j,fc-clip,0.4,0.8"
  })
  void ensembleEqualsTheReference(String backend, String name, float seen, float unseen)
      throws Exception {
    StateDict golden = golden();
    float[] weights = golden.get("seen").toFloatArray();
    for (int k = 0; k < weights.length; k++) {
      weights[k] = weights[k] == 1 ? seen : unseen;
    }
    try (Engine engine = open(backend);
        var scope = engine.scope()) {
      OutOfVocabulary ensemble =
          new OutOfVocabulary(
              new WordScores(tensor(engine, golden.get("table"))),
              SCALE,
              engine.floats(weights, weights.length));
      Tensor logits = tensor(engine, golden.get("logits"));
      Tensor joined =
          ensemble.joined(
              logits,
              tensor(engine, golden.get("regions")),
              tensor(engine, golden.get("covered")).gt(0));
      assertClose(name, golden.get("ensemble." + name), joined.softmax(2), TOLERANCE);
    }
  }
}
