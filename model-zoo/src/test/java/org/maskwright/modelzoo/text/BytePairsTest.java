package org.maskwright.modelzoo.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class BytePairsTest {
  /** The example of the paper (arXiv 1508.07909), figure 1, with words' ends in the last byte. */
  private static List<String> texts() {
    List<String> out = new ArrayList<>();
    out.addAll(Collections.nCopies(5, "low"));
    out.addAll(Collections.nCopies(2, "Lower!"));
    out.addAll(Collections.nCopies(6, "the newest"));
    out.addAll(Collections.nCopies(3, "widest"));
    return out;
  }

  private static List<String> merges(List<String> texts, int most) {
    BytePairs pairs = new BytePairs();
    texts.forEach(pairs::add);
    return pairs.merges(most);
  }

  @Test
  void theMostFrequentPairIsMergedFirst() {
    assertEquals(
        List.of("e s", "es t</w>", "l o", "e w", "ew est</w>", "h e</w>", "n ewest</w>"),
        merges(texts(), 7));
  }

  @Test
  void theOrderOfTheTextsChangesNothing() {
    List<String> turned = texts();
    Collections.reverse(turned);
    assertEquals(merges(texts(), 50), merges(turned, 50));
  }

  @Test
  void frequentWordsBecomeOneTokenAndAllOthersBytes() {
    List<String> merges = merges(texts(), 100);
    ClipTokenizer tokenizer = ClipTokenizer.of(merges, "test");
    assertEquals(1, tokenizer.numbers("newest").size());
    assertEquals(1, tokenizer.numbers("LOW").size());
    assertEquals(4, tokenizer.numbers("Häx").size());
    assertTrue(tokenizer.size() <= 512 + merges.size() + 2);
    assertEquals(tokenizer.size() - 1, tokenizer.end());
    for (String text : texts()) {
      assertTrue(tokenizer.numbers(text).stream().allMatch(n -> n < tokenizer.size() - 2), text);
    }
  }

  @Test
  void whatStandsOnceIsNotMerged() {
    assertEquals(List.of(), merges(List.of("abc"), 10));
  }

  @Test
  void twoWaysToATokenAreOneToken() {
    ClipTokenizer tokenizer =
        ClipTokenizer.of(List.of("a b", "ab c</w>", "b c</w>", "a bc</w>"), "test");
    assertEquals(512 + 3 + 2, tokenizer.size());
  }

  @Test
  void aMergeOfWhatThereIsNotIsRefused() {
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> ClipTokenizer.of(List.of("ab c"), "test"))
            .getMessage();
    assertTrue(message.contains("\"ab c\""), message);
  }
}
