package org.maskwright.modelzoo.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.maskwright.files.OutputException;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.settings.Names;

/**
 * Embeddings of words in sentences: of every word of every class, one for each template such as
 * {@code a photo of a {}.}, all of length 1. Made once by a text encoder, then read without one.
 *
 * <p><b>Shapes</b> W words of K classes, P templates, D numbers an embedding
 *
 * <p>Immutable, thread-safe; belongs to no engine. Takes 4 W P D bytes of the heap.
 */
public final class TextBank {
  /** Where a template has the word. */
  public static final String SLOT = "{}";

  /** How far a length may be from 1, which float16 files of others need. */
  static final double LENGTH_TOLERANCE = 2e-3;

  private static final double WEIGHT_TOLERANCE = 1e-3;
  private static final int SHOWN = 8;

  private final List<WordClass> classes;
  private final List<String> templates;
  private final int width;
  private final float[] embeddings;
  private final float[] templateWeights;
  private final Double logitScale;
  private final Map<String, String> provenance;
  private final List<String> words;
  private final Map<String, Integer> places; // of words, and of words in small letters

  private TextBank(
      List<WordClass> classes,
      List<String> templates,
      int width,
      float[] embeddings,
      float[] templateWeights,
      Double logitScale,
      Map<String, String> provenance) {
    this.classes = classes;
    this.templates = templates;
    this.width = width;
    this.embeddings = embeddings;
    this.templateWeights = templateWeights;
    this.logitScale = logitScale;
    this.provenance = Collections.unmodifiableMap(provenance);
    words = classes.stream().flatMap(each -> each.words().stream()).toList();
    places = new HashMap<>();
    for (int i = 0; i < words.size(); i++) {
      places.putIfAbsent(words.get(i), i);
    }
    for (int i = 0; i < words.size(); i++) {
      places.putIfAbsent(small(words.get(i)), i);
    }
  }

  private static String small(String word) {
    return word.toLowerCase(Locale.ROOT);
  }

  /**
   * A bank without weights, scale and provenance.
   *
   * @param classes at least one, of different names
   * @param templates at least one, different, each with {@link #SLOT} once
   * @param width D
   * @param embeddings [W,P,D] of length 1, copied
   * @throws IllegalArgumentException if something of it is not so, with the word
   */
  public static TextBank of(
      List<WordClass> classes, List<String> templates, int width, float[] embeddings) {
    requireTemplates(templates);
    if (classes.isEmpty()) {
      throw new IllegalArgumentException("text bank: expected at least one class, got none");
    }
    WordClass.requireDistinct(classes);
    TextBank bank =
        new TextBank(
            List.copyOf(classes),
            List.copyOf(templates),
            width,
            embeddings.clone(),
            null,
            null,
            Map.of());
    bank.requireEmbeddings();
    return bank;
  }

  /**
   * Refuses templates that no bank can have.
   *
   * @throws IllegalArgumentException if there is none, one is there twice, or one has not exactly
   *     one {@link #SLOT}
   */
  public static void requireTemplates(List<String> templates) {
    if (templates.isEmpty()) {
      throw new IllegalArgumentException("templates: expected at least one, got none");
    }
    Set<String> seen = new HashSet<>();
    for (String template : templates) {
      int at = template.indexOf(SLOT);
      if (at < 0 || template.indexOf(SLOT, at + SLOT.length()) >= 0) {
        throw new IllegalArgumentException(
            "template '" + template + "': expected " + SLOT + " once, where the word goes");
      }
      if (!seen.add(template)) {
        throw new IllegalArgumentException("template '" + template + "' is there twice");
      }
    }
  }

  private void requireEmbeddings() {
    long expected = (long) words.size() * templates.size() * width;
    if (width < 1 || embeddings.length != expected) {
      throw new IllegalArgumentException(
          "text bank: expected embeddings [%d words, %d templates, width %d], got %d numbers"
              .formatted(words.size(), templates.size(), width, embeddings.length));
    }
    for (int word = 0; word < words.size(); word++) {
      for (int template = 0; template < templates.size(); template++) {
        double length = length(embeddings, at(word, template), width);
        if (!(Math.abs(length - 1) <= LENGTH_TOLERANCE)) {
          throw new IllegalArgumentException(
              "text bank: the embedding of '%s' in '%s' has length %s, expected 1"
                  .formatted(words.get(word), templates.get(template), length));
        }
      }
    }
  }

  /** Euclidean length of numbers [from, from + count); NaN if one of them is none. */
  static double length(float[] values, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += (double) values[i] * values[i];
    }
    return Math.sqrt(sum);
  }

  /** Divides numbers [from, from + count) by their length, which must not be 0. */
  static void normalize(float[] values, int from, int count) {
    double length = length(values, from, count);
    if (!(length > 0 && length < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("a vector of length " + length + " has no direction");
    }
    for (int i = from; i < from + count; i++) {
      values[i] = (float) (values[i] / length);
    }
  }

  /**
   * The same bank with these weights of its templates.
   *
   * @param weights [P], at least 0, of sum 1; copied
   * @throws IllegalArgumentException if they are not
   */
  public TextBank withTemplateWeights(float[] weights) {
    double sum = 0;
    boolean valid = weights.length == templates.size();
    for (float weight : weights) {
      sum += weight;
      valid &= weight >= 0;
    }
    if (!valid || !(Math.abs(sum - 1) <= WEIGHT_TOLERANCE)) {
      throw new IllegalArgumentException(
          "template weights: expected %d of at least 0 with sum 1, got %d with sum %s"
              .formatted(templates.size(), weights.length, sum));
    }
    return new TextBank(
        classes, templates, width, embeddings, weights.clone(), logitScale, provenance);
  }

  /**
   * The same bank with this scale.
   *
   * @param scale what cosines are multiplied by; 100 in most CLIPs
   * @throws IllegalArgumentException if it is not a positive number
   */
  public TextBank withLogitScale(double scale) {
    if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("logit scale: expected a positive number, got " + scale);
    }
    return new TextBank(
        classes,
        templates,
        width,
        embeddings,
        templateWeights,
        (double) (float) scale, // as the file holds it
        provenance);
  }

  /** The same bank that says this about its origin. */
  public TextBank withProvenance(Map<String, String> origin) {
    return new TextBank(
        classes,
        templates,
        width,
        embeddings,
        templateWeights,
        logitScale,
        new LinkedHashMap<>(origin));
  }

  /** The K classes. */
  public List<WordClass> classes() {
    return classes;
  }

  /** The W words of all classes, in order. */
  public List<String> words() {
    return words;
  }

  /** The P templates. */
  public List<String> templates() {
    return templates;
  }

  /** D. */
  public int width() {
    return width;
  }

  /** The embedding [D] of a word, by its place among the words of all classes, in a template. */
  public float[] embedding(int word, int template) {
    float[] values = new float[width];
    System.arraycopy(
        embeddings,
        at(Objects.checkIndex(word, words.size()), Objects.checkIndex(template, templates.size())),
        values,
        0,
        width);
    return values;
  }

  private int at(int word, int template) {
    return (word * templates.size() + template) * width;
  }

  /** The embeddings [W,D] of all words in one template. */
  float[] ofTemplate(int template) {
    float[] values = new float[words.size() * width];
    for (int w = 0; w < words.size(); w++) {
      System.arraycopy(embeddings, at(w, template), values, w * width, width);
    }
    return values;
  }

  /** A copy of all embeddings [W,P,D]. */
  float[] embeddings() {
    return embeddings.clone();
  }

  /** Weights [P] of the templates, of sum 1, where they are known; a copy. */
  public Optional<float[]> templateWeights() {
    return Optional.ofNullable(templateWeights).map(float[]::clone);
  }

  /** What the encoder multiplies cosines by, where it is known. */
  public Optional<Double> logitScale() {
    return Optional.ofNullable(logitScale);
  }

  /** Where the embeddings come from: {@code model}, {@code sha256}, {@code tokenizer}, ... */
  public Map<String, String> provenance() {
    return provenance;
  }

  /**
   * Reads a bank: a file of {@link #write}, or an {@code .npz} of others with {@code names} [K] and
   * {@code embeddings} [K,D] or [K,P,D], then with {@code templates} [P]. Those of others are
   * brought to length 1.
   *
   * @throws CheckpointException if it is none, or holds what no bank can
   */
  public static TextBank read(Path file) {
    return TextBankFile.read(file);
  }

  /**
   * Writes the bank: safetensors with {@code embeddings} F32 [W,P,D], {@code word_class} I64 [W],
   * and {@code template_weights} F32 [P] and {@code logit_scale} F32 [] where known; classes,
   * templates and provenance as JSON in the metadata.
   *
   * @throws OutputException if it cannot be written
   */
  public void write(Path file) {
    TextBankFile.write(file, this);
  }

  /**
   * Rows to score classes with.
   *
   * @throws CheckpointException if the weights of templates are asked for and not known, or the
   *     embeddings of a word in its templates cancel out
   */
  public WordTable table(Reduction reduction) {
    if (reduction == Reduction.WEIGHTED && templateWeights == null) {
      throw new CheckpointException(
          "text bank: no weights of its "
              + templates.size()
              + " templates; './maskwright text-bank weigh' makes them of pictures");
    }
    int rowsPerWord = reduction == Reduction.MAX ? templates.size() : 1;
    int mostWords = classes.stream().mapToInt(each -> each.words().size()).max().orElseThrow();
    int perClass = Math.multiplyExact(mostWords, rowsPerWord);
    float[] rows =
        new float[Math.multiplyExact(Math.multiplyExact(classes.size(), perClass), width)];
    int word = 0;
    for (int k = 0; k < classes.size(); k++) {
      int first = k * perClass * width;
      int at = first;
      for (int w = 0; w < classes.get(k).words().size(); w++) {
        reduce(word++, reduction, rows, at);
        at += rowsPerWord * width;
      }
      for (int end = first + perClass * width; at < end; at += width) {
        System.arraycopy(rows, first, rows, at, width);
      }
    }
    return new WordTable(classes.stream().map(WordClass::name).toList(), width, perClass, rows);
  }

  private void reduce(int word, Reduction reduction, float[] rows, int to) {
    int from = at(word, 0);
    if (reduction == Reduction.MAX) {
      System.arraycopy(embeddings, from, rows, to, templates.size() * width);
      return;
    }
    for (int i = 0; i < width; i++) {
      double sum = 0;
      for (int p = 0; p < templates.size(); p++) {
        float weight = reduction == Reduction.MEAN ? 1 : templateWeights[p];
        sum += (double) weight * embeddings[from + p * width + i];
      }
      rows[to + i] = (float) sum;
    }
    if (reduction == Reduction.MEAN) {
      try {
        normalize(rows, to, width);
      } catch (IllegalArgumentException e) {
        throw new CheckpointException(
            "text bank: the embeddings of '" + words.get(word) + "' in its templates cancel out",
            e);
      }
    }
  }

  /**
   * The bank of other classes, made of words of this one as {@link #find} finds them.
   *
   * @throws CheckpointException listing the words that are not in it, with the nearest
   * @throws IllegalArgumentException if there is no class, or two have one name
   */
  public TextBank select(List<WordClass> chosen) {
    requireKnown(chosen);
    List<String> of = chosen.stream().flatMap(each -> each.words().stream()).toList();
    int block = templates.size() * width;
    float[] values = new float[Math.multiplyExact(of.size(), block)];
    for (int i = 0; i < of.size(); i++) {
      System.arraycopy(embeddings, find(of.get(i)).getAsInt() * block, values, i * block, block);
    }
    TextBank bank = of(chosen, templates, width, values);
    return new TextBank(
        bank.classes, templates, width, bank.embeddings, templateWeights, logitScale, provenance);
  }

  private void requireKnown(List<WordClass> chosen) {
    List<String> unknown = new ArrayList<>();
    for (WordClass each : chosen) {
      for (String word : each.words()) {
        if (find(word).isEmpty()) {
          unknown.add(word);
        }
      }
    }
    if (unknown.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder("text bank: no embedding of ");
    for (int i = 0; i < Math.min(SHOWN, unknown.size()); i++) {
      String word = unknown.get(i);
      text.append(i == 0 ? "" : ", ").append('\'').append(word).append('\'');
      Names.nearest(word, words)
          .ifPresent(near -> text.append(" (nearest: '").append(near).append("')"));
    }
    if (unknown.size() > SHOWN) {
      text.append(" and ").append(unknown.size() - SHOWN).append(" more words");
    }
    throw new CheckpointException(
        text.append("; make a bank that has them with './maskwright text-bank'").toString());
  }

  /**
   * The place of a word among all words, the first if several classes have it; whatever its case,
   * where it is not there as it is written: text encoders read small letters.
   */
  public OptionalInt find(String word) {
    Integer at = places.getOrDefault(word, places.get(small(word)));
    return at == null ? OptionalInt.empty() : OptionalInt.of(at);
  }
}
