package org.maskwright.datasets.captions;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.maskwright.datasets.Word;

/**
 * The words that are looked for in captions: where several begin at one place, the longest is
 * meant, so that "a hot dog" shows no dog. Letters of both cases are one, hyphens are spaces, and
 * an English plural of a word stands for it.
 *
 * <p>It is a list and no grammar: "no dog" shows a dog, and "orange" is a fruit wherever it is on
 * the list as one. Languages that leave no space between words are not read.
 *
 * <p><b>Cost</b> of a caption: its words times the words of the longest entry. <b>Threads</b>
 * Immutable.
 */
public final class WordFinder {
  private final List<Word> words;
  private final Node root = new Node();

  private static final class Node {
    private final Map<String, Node> next = new HashMap<>();
    private int word = -1; // that ends here
  }

  /**
   * Of some words; of two that read alike the first counts.
   *
   * @throws IllegalArgumentException if there is none, one has neither letter nor digit, or their
   *     embeddings are of several widths
   */
  public WordFinder(List<Word> words) {
    this.words = List.copyOf(words);
    if (words.isEmpty()) {
      throw new IllegalArgumentException("words: expected at least one word, got none");
    }
    for (int w = 0; w < words.size(); w++) {
      Word word = words.get(w);
      if (word.width() != words.get(0).width()) {
        throw new IllegalArgumentException(
            "words: expected embeddings of %d numbers as %s has, got %d of %s"
                .formatted(words.get(0).width(), words.get(0), word.width(), word));
      }
      List<String> tokens = tokens(word.text());
      if (tokens.isEmpty()) {
        throw new IllegalArgumentException(
            "words: expected a word with a letter or a digit, got \"%s\"".formatted(word));
      }
      Node at = root;
      for (String token : tokens) {
        at = at.next.computeIfAbsent(token, t -> new Node());
      }
      at.word = at.word < 0 ? w : at.word;
    }
  }

  /** The words, in the order of their numbers. */
  public List<Word> words() {
    return words;
  }

  /** The numbers of the words that a caption has, each once, rising. */
  public int[] in(String caption) {
    List<String> tokens = tokens(caption);
    BitSet found = new BitSet();
    for (int i = 0; i < tokens.size(); ) {
      Found longest = longest(root, tokens, i);
      if (longest.word() >= 0) {
        found.set(longest.word());
      }
      i = Math.max(i + 1, longest.end());
    }
    return found.stream().toArray();
  }

  /** A word, -1 if there is none, and the place behind it. */
  private record Found(int word, int end) {}

  private static Found longest(Node at, List<String> tokens, int from) {
    Found best = new Found(at.word, at.word < 0 ? 0 : from);
    if (from == tokens.size()) {
      return best;
    }
    String token = tokens.get(from);
    Node as = at.next.get(token);
    if (as != null) {
      best = longer(best, longest(as, tokens, from + 1));
    }
    for (String one : Plurals.singulars(token)) {
      Node next = at.next.get(one);
      if (next != null) {
        best = longer(best, longest(next, tokens, from + 1));
      }
    }
    return best;
  }

  /** The first of two of one length. */
  private static Found longer(Found one, Found other) {
    return other.word() >= 0 && other.end() > one.end() ? other : one;
  }

  /** What is between signs and spaces, in small letters; an apostrophe ends a word's part. */
  static List<String> tokens(String text) {
    String all = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    List<String> out = new ArrayList<>();
    int from = -1;
    for (int i = 0; i <= all.length(); ) {
      int c = i < all.length() ? all.codePointAt(i) : ' ';
      int type = Character.getType(c);
      boolean letter =
          Character.isLetterOrDigit(c)
              || type == Character.NON_SPACING_MARK
              || type == Character.COMBINING_SPACING_MARK;
      if (letter && from < 0) {
        from = i;
      } else if (!letter && from >= 0) {
        out.add(all.substring(from, i));
        from = -1;
      }
      i += Character.charCount(c);
    }
    return out;
  }
}
