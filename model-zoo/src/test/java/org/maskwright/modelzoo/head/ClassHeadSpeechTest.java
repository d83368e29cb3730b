package org.maskwright.modelzoo.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.text.Reduction;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.modelzoo.weights.CheckpointException;

/** What class heads say of classes other than their own. */
class ClassHeadSpeechTest {
  private static final int CHANNELS = 6;
  private static final int WIDTH = 5;
  private static final List<String> WORDS =
      List.of("cone", "ball", "sphere", "sky", "sea", "tree", "oak");

  @TempDir private Path folder;
  private Engine engine;
  private Path bankFile;
  private TextBank bank;

  @BeforeEach
  void open() {
    engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
    bank = bank(WIDTH, 1, Map.of("model", "tiny CLIP", "sha256", "0a"));
    bankFile = folder.resolve("bank.safetensors");
    bank.write(bankFile);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private static TextBank bank(int width, long seed, Map<String, String> provenance) {
    Random random = new Random(seed);
    float[] vectors = new float[WORDS.size() * width];
    for (int word = 0; word < WORDS.size(); word++) {
      double square = 0;
      for (int i = word * width; i < (word + 1) * width; i++) {
        vectors[i] = (float) random.nextGaussian();
        square += vectors[i] * vectors[i];
      }
      for (int i = word * width; i < (word + 1) * width; i++) {
        vectors[i] /= (float) Math.sqrt(square);
      }
    }
    return TextBank.of(
            WORDS.stream().map(WordClass::named).toList(), List.of("a {}"), width, vectors)
        .withProvenance(provenance);
  }

  private static ClassSpace space(String... names) {
    List<ClassSpace.Entry> entries = new ArrayList<>();
    for (String name : names) {
      entries.add(new ClassSpace.Entry(name, true));
    }
    return new ClassSpace(entries);
  }

  private ClassHead words(ClassSpace space, String... synonyms) {
    return settings(synonyms).of(space).of(engine, CHANNELS);
  }

  private WordsHeadPart.Settings settings(String... synonyms) {
    return new WordsHeadPart.Settings(
        Optional.of(bankFile),
        Reduction.MEAN,
        0.07,
        1,
        List.of(synonyms),
        new WordsHeadPart.OutOfVocabularyWeights(0.4, 0.8),
        Optional.empty());
  }

  private Tensor states() {
    return engine.normal(engine.random().get("states"), 0, 1, 2, 3, CHANNELS);
  }

  /** Logits [B*Q] of a class. */
  private static float[] column(Tensor logits, int k) {
    return logits.select(2, k).toFloats();
  }

  private static Vocabulary parse(String classes) {
    return Vocabulary.parse(classes, "");
  }

  private static String refused(Class<? extends RuntimeException> type, Runnable call) {
    return assertThrows(type, call::run).getMessage();
  }

  @Test
  void otherClassesAreSpokenUntilThatIsClosed() {
    try (ClassHead head = words(space("cone", "ball"));
        var scope = engine.scope()) {
      Tensor states = states();
      float[] own = head.forward(states).toFloats();
      long live = engine.memory().liveArrays();
      head.speak(parse("sky, tree"), Optional.of(bank)).close();
      assertEquals(live, engine.memory().liveArrays());
      try (var spoken = head.speak(parse("sky, tree, cone"), Optional.of(bank))) {
        assertEquals(space("sky", "tree", "cone"), head.space());
        assertEquals(4, head.forward(states).size(2));
        try (var inner = head.speak(parse("sea"), Optional.of(bank))) {
          assertEquals(space("sea"), head.space());
        }
        assertEquals(space("sky", "tree", "cone"), head.space());
      }
      assertEquals(space("cone", "ball"), head.space());
      assertArrayEquals(own, head.forward(states).toFloats());
    }
  }

  @Test
  void aClassMoreOrAnotherOrderChangesNoLogitOfTheOthers() {
    try (ClassHead head = words(space("cone", "ball"));
        var scope = engine.scope()) {
      Tensor states = states();
      Tensor own = head.forward(states);
      try (var spoken = head.speak(parse("sea, ball, cone"), Optional.of(bank))) {
        Tensor other = head.forward(states);
        assertArrayEquals(column(own, 0), column(other, 2), 1e-5f);
        assertArrayEquals(column(own, 1), column(other, 1), 1e-5f);
        assertArrayEquals(column(own, 2), column(other, 3), 1e-5f, "no object");
      }
    }
  }

  @Test
  void ofSynonymsTheBestCounts() {
    try (ClassHead head = words(space("ball", "cone"), "ball|sphere");
        var scope = engine.scope()) {
      Tensor states = states();
      Tensor joined = head.forward(states);
      try (var spoken = head.speak(parse("ball, sphere, cone"), Optional.of(bank))) {
        Tensor each = head.forward(states);
        float[] ball = column(each, 0);
        float[] sphere = column(each, 1);
        for (int i = 0; i < ball.length; i++) {
          ball[i] = Math.max(ball[i], sphere[i]);
        }
        assertArrayEquals(ball, column(joined, 0), 1e-5f);
        assertArrayEquals(column(each, 2), column(joined, 1), 1e-5f);
      }
    }
  }

  @Test
  void itsOwnClassesNeedNoBankAndOthersDo() throws IOException {
    try (ClassHead head = words(space("ball", "cone"), "ball|sphere");
        var scope = engine.scope()) {
      Tensor states = states();
      Tensor own = head.forward(states);
      for (String asked : List.of("sea, ball|sphere", "sea, ball")) {
        try (var spoken = head.speak(parse(asked), Optional.empty())) {
          assertArrayEquals(column(own, 0), column(head.forward(states), 1));
        }
      }
      try (var given = head.speak(parse("sea"), Optional.of(bank))) {
        float[] sea = column(head.forward(states), 0);
        try (var found = head.speak(parse("sea, ball"), Optional.empty())) {
          assertArrayEquals(sea, column(head.forward(states), 0), 1e-6f);
        }
      }
      Files.delete(bankFile);
      head.speak(parse("ball|sphere"), Optional.empty()).close();
      String told =
          refused(
              IllegalArgumentException.class,
              () -> head.speak(parse("ball|sphere, sky"), Optional.empty()));
      assertTrue(told.contains("[sky]") && told.contains("tiny CLIP"), told);
      assertTrue(told.contains("bank.safetensors is not there any more"), told);
    }
  }

  @Test
  void banksOfAnotherSpaceAreRefusedWithBothNames() {
    try (ClassHead head = words(space("ball"))) {
      TextBank wide = bank(WIDTH + 1, 1, Map.of("model", "wide CLIP"));
      String told =
          refused(CheckpointException.class, () -> head.speak(parse("ball"), Optional.of(wide)));
      assertTrue(told.contains("width 5 of tiny CLIP") && told.contains("width 6 of wide"), told);
      TextBank other = bank(WIDTH, 1, Map.of("model", "big CLIP", "sha256", "0b"));
      told =
          refused(CheckpointException.class, () -> head.speak(parse("ball"), Optional.of(other)));
      assertTrue(told.contains("of tiny CLIP") && told.contains("of big CLIP"), told);
      told =
          refused(CheckpointException.class, () -> head.speak(parse("balll"), Optional.of(bank)));
      assertTrue(told.contains("'balll' (nearest: 'ball')"), told);
    }
  }

  @Test
  void wordsOfNoBankAreToldBeforeAnythingIsBuilt() {
    String told =
        refused(CheckpointException.class, () -> settings().of(space("cone", "rocket", "bol")));
    assertTrue(told.contains("'rocket'") && told.contains("'bol'"), told);
    told = refused(IllegalArgumentException.class, () -> settings("cube|box").of(space("cone")));
    assertTrue(told.contains("no class is named [cube]"), told);
  }

  @Test
  void whatWasReadMakesTheHeadAgainWithoutTheBank() {
    ClassSpace classes = space("ball", "cone");
    ClassHeads read = settings("ball|sphere").of(classes);
    ClassHeads again = read.settings().of(classes);
    assertEquals(read.settings(), again.settings());
    try (ClassHead first = read.of(engine, CHANNELS);
        ClassHead second = again.of(engine, CHANNELS);
        var scope = engine.scope()) {
      first
          .state()
          .forEach(
              (name, p) -> second.state().get(name).set(FloatBuffer.wrap(p.tensor().toFloats())));
      Tensor states = states();
      assertArrayEquals(first.forward(states).toFloats(), second.forward(states).toFloats());
      assertEquals(1, first.given().size());
      assertEquals(0, second.given().size());
    }
  }

  @Test
  void theScaleIsAtMostOneHundredAndTheTableIsNotLearnt() {
    try (ClassHead head = words(space("cone", "ball"));
        var scope = engine.scope()) {
      assertTrue(!head.parameters().containsKey("table"), "a buffer");
      head.parameters().get("logit_scale").set(FloatBuffer.wrap(new float[] {20}));
      for (float logit : head.forward(states()).toFloats()) {
        assertTrue(Math.abs(logit) <= 100.01, "got " + logit);
      }
    }
  }

  @Test
  void classesAreSeenIfOneOfTheirWordsIs() {
    Vocabulary asked = parse("sphere|sea, sky, cone");
    assertArrayEquals(
        new boolean[] {true, false, true}, asked.among(List.of("ball", "Sphere", "cone")));
  }

  @Test
  void aLinearHeadSpeaksSomeOfItsOwnClasses() {
    try (LinearClassHead head = new LinearClassHead(engine, CHANNELS, space("a", "b", "c"));
        var scope = engine.scope()) {
      Tensor states = states();
      Tensor own = head.forward(states);
      try (var spoken = head.speak(parse("c, a"), Optional.empty())) {
        Tensor some = head.forward(states);
        assertEquals(3, some.size(2));
        assertArrayEquals(column(own, 2), column(some, 0), 1e-6f);
        assertArrayEquals(column(own, 0), column(some, 1), 1e-6f);
        assertArrayEquals(column(own, 3), column(some, 2), 1e-6f, "no object");
        assertEquals(space("c", "a"), head.space());
      }
      assertArrayEquals(own.toFloats(), head.forward(states).toFloats());
      try (var spoken = head.speak(parse("B"), Optional.empty())) {
        assertArrayEquals(column(own, 1), column(head.forward(states), 0), 1e-6f, "other case");
      }
      String told =
          refused(
              IllegalArgumentException.class, () -> head.speak(parse("a, d"), Optional.empty()));
      assertTrue(told.contains("(a, b, c), not d") && told.contains("type = words"), told);
    }
  }

  @Test
  void aClassStandsWhereItsVeryNameStandsElseWhateverTheCase() {
    ClassSpace own = space("Cat", "cat", "dog");
    assertArrayEquals(new int[] {1, 0, 2, -1}, own.places(List.of("cat", "CAT", " Dog", "car")));
    assertEquals(List.of("car"), own.missing(List.of("cat", "car")));
  }

  @Test
  void classesAreReadAsAPersonWritesThem() {
    Vocabulary read = Vocabulary.parse("crate, fishing boat|boat ,sand", "sand");
    assertEquals(
        new Vocabulary(
            new ClassSpace(
                List.of(
                    new ClassSpace.Entry("crate", true),
                    new ClassSpace.Entry("fishing boat", true),
                    new ClassSpace.Entry("sand", false))),
            List.of(
                WordClass.named("crate"),
                new WordClass("fishing boat", List.of("fishing boat", "boat")),
                WordClass.named("sand"))),
        read);
    for (String wrong : List.of("", "a,,b", "a|", "a, a", "a|a")) {
      refused(IllegalArgumentException.class, () -> Vocabulary.parse(wrong, ""));
    }
    String told = refused(IllegalArgumentException.class, () -> Vocabulary.parse("a, b", "c"));
    assertTrue(told.startsWith("stuff: ") && told.contains("[c]"), told);
  }
}
