package org.maskwright.modelzoo.text;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * CLIP's tokenizer: byte pairs that are merged in a learned order, letters in lower case.
 *
 * <p><b>Source</b> CLIP (arXiv 2103.00020), section 2.4; byte-pair encoding (arXiv 1508.07909).
 * Equal to Hugging Face's {@code CLIPTokenizer}: Unicode's composed form, white space as one space,
 * lower case character by character. <b>Differs</b> from OpenAI's and OpenCLIP's, which first
 * repair text with ftfy (curly quotes, ligatures, full-width letters, wrong encodings become plain
 * ones) and replace HTML's entities, and which know a sigma at a word's end: class names have none
 * of these.
 *
 * <p>Immutable, thread-safe.
 */
public final class ClipTokenizer {
  static final String START = "<|startoftext|>";
  static final String END = "<|endoftext|>";
  private static final String WORD_END = "</w>";
  private static final Pattern SPECIAL =
      Pattern.compile(Pattern.quote(START) + "|" + Pattern.quote(END));
  private static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
          Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  /** The only letter whose lower case is two characters. */
  private static final int CAPITAL_I_WITH_DOT = 0x130;

  private static final String[] OF_BYTE = symbolsOfBytes();

  private final Map<String, Integer> numbers;
  private final Map<String, Integer> ranks;
  private final int start;
  private final int end;
  private final String source;

  /**
   * A tokenizer.
   *
   * @param numbers of the tokens
   * @param merges pairs with a space between, the first is merged first
   * @param source what it was read from, for people
   * @throws CheckpointException if a byte, what a merge gives, or one of the two special tokens has
   *     no number
   */
  ClipTokenizer(Map<String, Integer> numbers, List<String> merges, String source) {
    this.numbers = Map.copyOf(numbers);
    this.source = source;
    ranks = new HashMap<>();
    for (String merge : merges) {
      ranks.putIfAbsent(merge, ranks.size());
      requireNumber(merge.replace(" ", ""));
    }
    for (String symbol : OF_BYTE) {
      requireNumber(symbol);
      requireNumber(symbol + WORD_END);
    }
    start = requireNumber(START);
    end = requireNumber(END);
  }

  private int requireNumber(String token) {
    Integer number = numbers.get(token);
    if (number == null) {
      throw new CheckpointException(
          "expected a vocabulary of CLIP's, got none with '" + token + "'");
    }
    return number;
  }

  /**
   * One of merges: its tokens are the bytes, what each merge gives that none before it gives, and
   * those of start and end.
   *
   * @param merges pairs with a space between, the first is merged first
   * @param source what they are from, for people
   * @throws IllegalArgumentException if a part of a merge is neither a byte nor of a merge before
   */
  public static ClipTokenizer of(List<String> merges, String source) {
    Map<String, Integer> numbers = new HashMap<>();
    firstTokens().forEach(token -> numbers.put(token, numbers.size()));
    for (String merge : merges) {
      String[] parts = merge.split(" ", -1);
      if (parts.length != 2 || !numbers.keySet().containsAll(List.of(parts))) {
        throw new IllegalArgumentException(
            "merges: expected two tokens that there are before with a space between, got \"%s\""
                .formatted(merge));
      }
      numbers.putIfAbsent(parts[0] + parts[1], numbers.size());
    }
    numbers.put(START, numbers.size());
    numbers.put(END, numbers.size());
    return new ClipTokenizer(numbers, merges, source);
  }

  /** The published one of 49,408 tokens, which all of OpenAI's, OpenCLIP's and MetaCLIP's have. */
  public static ClipTokenizer published() {
    return Published.TOKENIZER;
  }

  private static final class Published {
    static final ClipTokenizer TOKENIZER = ClipVocabulary.published();

    private Published() {}
  }

  /**
   * The one of a folder: {@code tokenizer.json}, or {@code vocab.json} with {@code merges.txt};
   * else {@link #published}.
   *
   * @throws CheckpointException if there is one that is none of CLIP's
   */
  public static ClipTokenizer of(Path folder) {
    return ClipVocabulary.find(folder).orElseGet(ClipTokenizer::published);
  }

  /**
   * A printable character for each byte, as GPT-2 has it: Latin-1's own where it has one, the
   * others from 256 on.
   */
  private static String[] symbolsOfBytes() {
    String[] symbols = new String[256];
    int next = 256;
    for (int b = 0; b < symbols.length; b++) {
      boolean printable = b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae;
      symbols[b] = Character.toString(printable ? b : next++);
    }
    return symbols;
  }

  /** The tokens of the vocabulary before the merges: each byte inside a word and at its end. */
  static List<String> firstTokens() {
    List<String> tokens = new ArrayList<>();
    // In the order of OpenAI's table: the bytes with characters of their own first.
    for (String suffix : List.of("", WORD_END)) {
      Arrays.stream(OF_BYTE).sorted().forEach(symbol -> tokens.add(symbol + suffix));
    }
    return tokens;
  }

  /** How many tokens there are. */
  public int size() {
    return numbers.size();
  }

  /** The number of the token that ends a text, and whose state stands for it. */
  public int end() {
    return end;
  }

  /** What it was read from, for people. */
  public String source() {
    return source;
  }

  /** The numbers of a text's tokens, without those of start and end. */
  public List<Integer> numbers(String text) {
    List<Integer> out = new ArrayList<>();
    Matcher special = SPECIAL.matcher(text);
    int from = 0;
    while (special.find()) {
      addWords(text.substring(from, special.start()), out);
      out.add(numbers.get(special.group()));
      from = special.end();
    }
    addWords(text.substring(from), out);
    return out;
  }

  private void addWords(String text, List<Integer> out) {
    words(text)
        .forEach(word -> merged(symbols(word)).forEach(token -> out.add(numbers.get(token))));
  }

  /** The words of a text, which are merged each for itself. */
  static Stream<String> words(String text) {
    return WORD.matcher(cleaned(text)).results().map(MatchResult::group);
  }

  /** A symbol for each byte of a word. */
  static List<String> symbols(String word) {
    List<String> parts = new ArrayList<>();
    for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
      parts.add(OF_BYTE[Byte.toUnsignedInt(b)]);
    }
    parts.set(parts.size() - 1, parts.get(parts.size() - 1) + WORD_END);
    return parts;
  }

  private static String cleaned(String text) {
    String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
    StringBuilder lower = new StringBuilder();
    SPACE
        .matcher(composed)
        .replaceAll(" ")
        .codePoints()
        .forEach(
            c -> {
              if (c == CAPITAL_I_WITH_DOT) {
                lower.append("i\u0307");
              } else {
                lower.appendCodePoint(Character.toLowerCase(c));
              }
            });
    return lower.toString();
  }

  /** Merges the pair that was learned first, wherever it is, until there is none. */
  private List<String> merged(List<String> symbols) {
    List<String> parts = symbols;
    while (parts.size() > 1) {
      int best = Integer.MAX_VALUE;
      for (int i = 1; i < parts.size(); i++) {
        best = Math.min(best, rank(parts.get(i - 1), parts.get(i)));
      }
      if (best == Integer.MAX_VALUE) {
        break;
      }
      int first = best;
      parts = joined(parts, (left, right) -> rank(left, right) == first);
    }
    return parts;
  }

  /** Parts with the pairs joined that {@code pair} accepts, from the left. */
  static List<String> joined(List<String> parts, BiPredicate<String, String> pair) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      if (i + 1 < parts.size() && pair.test(parts.get(i), parts.get(i + 1))) {
        out.add(parts.get(i) + parts.get(i + 1));
        i++;
      } else {
        out.add(parts.get(i));
      }
    }
    return out;
  }

  private int rank(String left, String right) {
    return ranks.getOrDefault(left + " " + right, Integer.MAX_VALUE);
  }

  /** Whether a text fits into so many tokens, those of start and end included. */
  public boolean fits(String text, int context) {
    return numbers(text).size() + 2 <= context;
  }

  /**
   * Texts between the tokens of start and end, those that do not fit cut.
   *
   * @param texts at least one
   * @param context the most tokens, at least 2
   */
  public TokenBatch encode(List<String> texts, int context) {
    List<int[]> sequences = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    for (String text : texts) {
      List<Integer> inside = numbers(text);
      int kept = Math.min(inside.size(), context - 2);
      int[] sequence = new int[kept + 2];
      sequence[0] = start;
      for (int i = 0; i < kept; i++) {
        sequence[i + 1] = inside.get(i);
      }
      sequence[kept + 1] = end;
      sequences.add(sequence);
      // The first: a text may hold the token itself.
      ends.add(inside.subList(0, kept).contains(end) ? inside.indexOf(end) + 1 : kept + 1);
    }
    return new TokenBatch(sequences, ends);
  }
}
