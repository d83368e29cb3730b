package org.maskwright.modelzoo.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.modelzoo.weights.CheckpointException;

class GroundedClassHeadTest {
  private static final TextBank BANK =
      TextBank.of(
              List.of(WordClass.named("dog"), WordClass.named("ball"), WordClass.named("sofa")),
              List.of("{}"),
              2,
              new float[] {1, 0, 0, 1, 0.6f, 0.8f})
          .withProvenance(Map.of("model", "ours"));

  @TempDir private Path dir;
  private Engine engine;
  private Scope scope;
  private Path file;
  private ClassHead head;
  private Tensor states;

  @BeforeEach
  void open() {
    file = dir.resolve("bank.safetensors");
    BANK.write(file);
    engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
    scope = engine.scope();
    head = settings(file).of(ClassSpace.OBJECT).of(engine, 4);
    states = engine.floats(new float[] {1, -2, 3, 0.5f, -1, 0, 2, 1, 0, 1, -1, 2}, 1, 3, 4);
  }

  private static GroundedHeadPart.Settings settings(Path file) {
    return new GroundedHeadPart.Settings(Optional.of(file), 0.07, 2, Optional.empty());
  }

  @AfterEach
  void close() {
    head.close();
    scope.close();
    engine.close();
  }

  private static float[] probabilities(Tensor logits) {
    return logits.softmax(2).toFloats();
  }

  @Test
  void theClassesOfAnObjectShareItsProbability() {
    float[] object = probabilities(head.forward(states)); // [1,3,2]
    try (ClassHead.Speaking speaking =
        head.speak(Vocabulary.parse("dog, ball|sofa", ""), Optional.of(BANK))) {
      assertEquals(2, head.space().size());
      float[] classes = probabilities(head.forward(states)); // [1,3,3]
      for (int q = 0; q < 3; q++) {
        assertEquals(object[2 * q], classes[3 * q] + classes[3 * q + 1], 1e-5);
        assertEquals(object[2 * q + 1], classes[3 * q + 2], 1e-5);
      }
    }
    assertEquals(ClassSpace.OBJECT, head.space());
    assertArrayEquals(object, probabilities(head.forward(states)));
  }

  @Test
  void regionsTimesWordsAreTheLogitsOfClasses() {
    Tensor regions = head.answer(states).regions().orElseThrow();
    assertEquals(List.of(1L, 3L, 2L), Arrays.stream(regions.shape()).boxed().toList());
    float[] z = regions.toFloats();
    for (int q = 0; q < 3; q++) {
      assertEquals(1 / 0.07, Math.hypot(z[2 * q], z[2 * q + 1]), 1e-3);
    }
    try (ClassHead.Speaking speaking =
        head.speak(Vocabulary.parse("dog, ball, sofa", ""), Optional.empty())) { // of the file
      float[] logits = head.forward(states).toFloats(); // [1,3,4]
      for (int q = 0; q < 3; q++) {
        assertEquals(z[2 * q] - z[2 * q + 1], logits[4 * q] - logits[4 * q + 1], 1e-3);
      }
    }
  }

  @Test
  void everyParameterLearnsFromObjectsAndRegions() {
    ClassHead.Answer answer = head.answer(states);
    answer.logits().square().sum().add(answer.regions().orElseThrow().sum()).backward();
    for (Map.Entry<String, Parameter> each : head.parameters().entrySet()) {
      assertTrue(each.getValue().grad() != null, each.getKey());
    }
  }

  /**
   * Words of whole images are vectors of the space that regions are placed in, or teach nothing.
   */
  @Test
  void wordsOfAnotherSpaceAndHeadsWithoutRegionsAreRefused() {
    head.requireRegionsAmong(BANK);
    TextBank wider =
        TextBank.of(
            List.of(WordClass.named("dog")), List.of(TextBank.SLOT), 3, new float[] {1, 0, 0});
    CheckpointException width =
        assertThrows(CheckpointException.class, () -> head.requireRegionsAmong(wider));
    assertTrue(width.getMessage().contains("width 2"), width.getMessage());
    try (ClassHead linear = new LinearClassHead(engine, 4, ClassSpace.OBJECT)) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> linear.requireRegionsAmong(BANK));
      assertTrue(e.getMessage().contains("type = grounded"), e.getMessage());
    }
  }

  @Test
  void classesWithoutWordsAndSeveralOfItsOwnAreRefused() {
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> settings(file).of(ClassSpace.ofSize(2)))
            .getMessage()
            .contains("object"));
    TextBank other = BANK.withProvenance(Map.of("model", "theirs"));
    assertThrows(
        RuntimeException.class, () -> head.speak(Vocabulary.parse("dog", ""), Optional.of(other)));
    RuntimeException e =
        assertThrows(
            RuntimeException.class,
            () -> head.speak(Vocabulary.parse("cat", ""), Optional.of(BANK)));
    assertTrue(e.getMessage().contains("cat"), e.getMessage());
  }
}
