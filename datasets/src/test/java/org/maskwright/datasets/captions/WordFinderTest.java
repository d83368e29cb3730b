package org.maskwright.datasets.captions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Word;

class WordFinderTest {
  private static WordFinder of(String... words) {
    return new WordFinder(Arrays.stream(words).map(w -> new Word(w, new float[] {1, 0})).toList());
  }

  private static List<String> found(String caption, String... words) {
    WordFinder finder = of(words);
    return Arrays.stream(finder.in(caption)).mapToObj(i -> finder.words().get(i).text()).toList();
  }

  @Test
  void theLongestWordIsMeant() {
    assertEquals(
        List.of("hot dog", "dog"), found("A dog eats a hot-dog.", "hot dog", "dog", "hot"));
    assertEquals(List.of("hot dog"), found("Hot dogs!", "hot dog", "dog", "hot"));
    assertEquals(
        List.of("traffic light"), found("a traffic light", "traffic light pole", "traffic light"));
    assertEquals(List.of("fire"), found("a fire truck", "fire", "fire hydrant"));
  }

  @Test
  void pluralsStandForTheirWord() {
    List<String> words =
        List.of("man", "person", "child", "bus", "knife", "leaf", "berry", "box", "foot", "TV");
    assertEquals(
        words,
        found(
            "Men, people and children; buses, knives, leaves, berries, boxes, feet and TVs",
            words.toArray(String[]::new)));
    assertEquals(List.of("woman"), found("two women", "man", "woman"));
    assertEquals(List.of("glasses"), found("some glasses", "glass", "glasses"));
    assertEquals(List.of("glass"), found("a glass", "glass", "glasses"));
    assertEquals(List.of(), found("this is as it was", "i", "a"));
  }

  @Test
  void wordsAreNotFoundWithinWords() {
    assertEquals(List.of(), found("a catalogue of dogmas", "cat", "dog"));
    assertEquals(List.of("cat"), found("the cat's tail", "cat"));
  }

  @Test
  void lettersOfAllScriptsAndBothCasesAreRead() {
    assertEquals(List.of("Straßenbahn"), found("eine STRAßENBAHN", "Straßenbahn"));
    assertEquals(List.of("café"), found("un cafe\u0301", "café"));
    assertEquals(List.of("собака"), found("Собака бежит", "собака"));
    assertEquals(List.of(), found("…!? 🙂", "dog"));
  }

  @Test
  void eachWordIsFoundOnceAndOfTwoThatReadAlikeTheFirst() {
    assertEquals(
        List.of("fire hydrant"),
        found("a fire hydrant, fire-hydrants", "fire hydrant", "Fire-Hydrant"));
  }

  @Test
  void wordsThatCannotBeFoundAreRefused() {
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> of("dog", "?!"))
            .getMessage()
            .contains("\"?!\""));
    assertThrows(IllegalArgumentException.class, WordFinderTest::of);
    assertThrows(IllegalArgumentException.class, () -> new Word(" ", new float[] {1}));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new WordFinder(
                List.of(new Word("a", new float[] {1}), new Word("b", new float[] {1, 2}))));
  }
}
