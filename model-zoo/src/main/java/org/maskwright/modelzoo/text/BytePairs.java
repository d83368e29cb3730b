package org.maskwright.modelzoo.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Learns the merges of a {@link ClipTokenizer} from texts: again and again the pair of tokens that
 * stands most often beside one another in a word becomes a token. Of two that are as frequent the
 * first in the order of their characters is merged, so that the same texts give the same merges.
 *
 * <p><b>Source</b> byte-pair encoding (arXiv 1508.07909), section 3.2
 *
 * <p><b>Memory</b> each word of the texts once; <b>time</b> that and the number of different pairs,
 * for each merge
 */
public final class BytePairs {
  /** A pair that stands in the texts once says nothing of others. */
  private static final long RARE = 1;

  private final Map<String, Long> words = new TreeMap<>();

  /** Counts the words of a text. */
  public void add(String text) {
    ClipTokenizer.words(text).forEach(word -> words.merge(word, 1L, Long::sum));
  }

  /** How many different words there are. */
  public int words() {
    return words.size();
  }

  /** Two tokens beside one another. */
  private record Pair(String left, String right) {
    static final Comparator<Pair> ORDER =
        Comparator.comparing(Pair::left).thenComparing(Pair::right);

    @Override
    public String toString() {
      return left + " " + right;
    }
  }

  /** The words in their tokens of now, and where pairs stand. */
  private static final class Corpus {
    private final List<List<String>> parts = new ArrayList<>();
    private final List<Long> counts = new ArrayList<>();
    private final Map<Pair, Long> frequency = new HashMap<>();
    private final Map<Pair, Set<Integer>> places = new HashMap<>();

    Corpus(Map<String, Long> words) {
      words.forEach(
          (word, count) -> {
            parts.add(ClipTokenizer.symbols(word));
            counts.add(count);
            count(parts.size() - 1, 1);
          });
    }

    private static Stream<Pair> pairs(List<String> word) {
      return Stream.iterate(0, i -> i + 1 < word.size(), i -> i + 1)
          .map(i -> new Pair(word.get(i), word.get(i + 1)));
    }

    /** Adds what a word has to the frequencies, or takes it off. */
    private void count(int word, int sign) {
      pairs(parts.get(word))
          .forEach(
              pair -> {
                frequency.merge(pair, sign * counts.get(word), Long::sum);
                places.computeIfAbsent(pair, p -> new TreeSet<>()).add(word);
              });
    }

    Pair most() {
      return frequency.entrySet().stream()
          .filter(each -> each.getValue() > RARE)
          .max(
              Map.Entry.<Pair, Long>comparingByValue()
                  .thenComparing(Map.Entry::getKey, Pair.ORDER.reversed()))
          .map(Map.Entry::getKey)
          .orElse(null);
    }

    void merge(Pair pair) {
      for (int word : List.copyOf(places.get(pair))) {
        count(word, -1);
        parts.set(
            word,
            ClipTokenizer.joined(
                parts.get(word),
                (left, right) -> left.equals(pair.left()) && right.equals(pair.right())));
        count(word, 1);
      }
      frequency.remove(pair);
      places.remove(pair);
    }
  }

  /**
   * The merges, the first to be merged first; fewer where no pair is left that stands twice.
   *
   * @param most how many, at least 0
   */
  public List<String> merges(int most) {
    Corpus corpus = new Corpus(words);
    List<String> out = new ArrayList<>();
    for (Pair pair = corpus.most(); pair != null && out.size() < most; pair = corpus.most()) {
      out.add(pair.toString());
      corpus.merge(pair);
    }
    return out;
  }
}
