package org.maskwright.modelzoo.head;

import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireCount;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.text.Reduction;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.modelzoo.text.WordTable;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.settings.Doc;

/** Classes by vectors of words, of a text bank: {@link WordsClassHead}. */
public final class WordsHeadPart implements ClassHeadPart {
  @Override
  public String name() {
    return "words";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** What heads among words are set to in common: where vectors come from, and how they are met. */
  static void requireProjection(
      Optional<Path> bank, Optional<Table> table, double temperature, int layers) {
    require(
        bank.isPresent() || table.isPresent(),
        "bank",
        "a text bank, as './maskwright text-bank' makes",
        "none");
    require(
        temperature > 0 && temperature < Double.POSITIVE_INFINITY,
        "temperature",
        "above 0",
        temperature);
    requireCount("layers", layers);
  }

  /**
   * Its settings.
   *
   * @param bank to read the vectors of classes from; not needed for those of the table
   * @param reduction what becomes of a word's vectors, one a template
   * @param temperature 1 over what cosines are multiplied by at first
   * @param layers of the projection of a query's state
   * @param synonyms words of classes, the class's name first
   * @param outOfVocabulary what the backbone's word counts
   * @param table what was read; written into models
   */
  public record Settings(
      @Doc(
              "Text bank with a vector of every word of the classes, read when training starts; a"
                  + " model finds words of other classes in it as long as it is there.")
          Optional<Path> bank,
      @Doc(
              "What becomes of a word's vectors, one a template: their mean, the best of them, or"
                  + " their mean by the bank's weights.")
          Reduction reduction,
      @Doc("Cosines are divided by it, above 0; learnt from there, down to 0.01.")
          double temperature,
      @Doc(
              "Layers of the MLP that projects a query's state to the words' space; 1: a linear"
                  + " layer.")
          int layers,
      @Doc(
              "Words of classes that have more than their name, the name first: \"car|automobile\"."
                  + " The best word counts.")
          List<String> synonyms,
      @Doc(
              "What the word of a backbone that knows words counts about a mask's class, at"
                  + " inference.")
          OutOfVocabularyWeights outOfVocabulary,
      @Doc(
              "What was read of the bank. Models have it in place of the bank's path; not set by"
                  + " hand.")
          Optional<Table> table)
      implements ClassHeadConfig {
    /** Checks the ranges. */
    public Settings {
      synonyms = List.copyOf(synonyms);
      requireProjection(bank, table, temperature, layers);
    }

    @Override
    public boolean speaksWords() {
      return true;
    }

    @Override
    public ClassHeads of(ClassSpace space) {
      if (table.isPresent()) {
        return new Heads(space, this, Optional.empty());
      }
      Vocabulary vocabulary = Vocabulary.of(space, synonyms);
      TextBank read = TextBank.read(bank.orElseThrow()).select(vocabulary.words());
      WordTable rows = read.table(reduction);
      Settings told =
          new Settings(
              bank,
              reduction,
              temperature,
              layers,
              List.of(),
              outOfVocabulary,
              Optional.of(Table.of(read, rows)));
      return new Heads(space, told, Optional.of(rows));
    }
  }

  private record Heads(ClassSpace space, Settings settings, Optional<WordTable> read)
      implements ClassHeads {
    @Override
    public ClassHead of(Engine engine, int channels) {
      return new WordsClassHead(engine, channels, space, settings, read);
    }
  }

  /**
   * Exponents of the geometric mean of what a head and a backbone say; see {@link OutOfVocabulary}.
   *
   * @param seenWeight of classes that the head was trained with
   * @param unseenWeight of others
   */
  public record OutOfVocabularyWeights(
      @Doc(
              "Exponent of the backbone's probability for classes of the training, in [0,1]: 0.4 in"
                  + " FC-CLIP, 0.35 in F-VLM; 0: it is not asked.")
          double seenWeight,
      @Doc("The same for other classes: 0.8 in FC-CLIP, 0.65 in F-VLM.") double unseenWeight) {
    /** Checks the ranges. */
    public OutOfVocabularyWeights {
      require(seenWeight >= 0 && seenWeight <= 1, "seenWeight", "a value in [0,1]", seenWeight);
      require(
          unseenWeight >= 0 && unseenWeight <= 1, "unseenWeight", "a value in [0,1]", unseenWeight);
    }

    /** Whether the backbone is asked at all. */
    boolean isOn() {
      return seenWeight > 0 || unseenWeight > 0;
    }
  }

  /**
   * Of a bank what a model was made with.
   *
   * @param width D
   * @param perClass S, rows of a class
   * @param logitScale what the bank's own encoder multiplies cosines by
   * @param words of the classes, in the order of the logits
   * @param provenance what the bank said of its origin
   */
  public record Table(
      @Doc("Width of the vectors.") int width,
      @Doc("Rows of a class.") int perClass,
      @Doc("What the text encoder's model multiplies cosines by.") double logitScale,
      @Doc("Words of the classes, in the order of the logits.") List<WordClass> words,
      @Doc("What the bank says of its origin.") Map<String, String> provenance) {
    private static final double USUAL_SCALE = 100;
    private static final String MODEL = "model";
    private static final String WEIGHTS = "sha256";

    /** Checks the sizes. */
    public Table {
      words = List.copyOf(words);
      provenance = Map.copyOf(provenance);
      requireWidth("width", width);
      require(perClass > 0, "perClass", "at least 1", perClass);
      require(!words.isEmpty(), "words", "those of a class", words);
      require(
          logitScale > 0 && logitScale < Double.POSITIVE_INFINITY,
          "logitScale",
          "above 0",
          logitScale);
    }

    /** Of a bank and of words that are not looked up. */
    static Table of(TextBank bank, List<WordClass> words) {
      return new Table(
          bank.width(),
          1,
          bank.logitScale().orElse(USUAL_SCALE),
          words,
          new LinkedHashMap<>(bank.provenance()));
    }

    private static Table of(TextBank bank, WordTable rows) {
      return new Table(
          bank.width(),
          rows.perClass(),
          bank.logitScale().orElse(USUAL_SCALE),
          bank.classes(),
          new LinkedHashMap<>(bank.provenance()));
    }

    /** The text encoder, as far as the bank told. */
    String name() {
      return name(provenance);
    }

    private static String name(Map<String, String> provenance) {
      return provenance.getOrDefault(MODEL, "an encoder that the bank does not name");
    }

    /**
     * Refuses a bank whose vectors are of another space.
     *
     * @throws CheckpointException if they are of another width or other weights
     */
    void requireSameSpace(TextBank bank) {
      String other = name(bank.provenance());
      if (bank.width() != width) {
        throw new CheckpointException(
            "text bank: expected vectors of width %d of %s, as the model was made with, got width %d of %s"
                .formatted(width, name(), bank.width(), other));
      }
      String key = provenance.containsKey(WEIGHTS) ? WEIGHTS : MODEL;
      String mine = provenance.get(key);
      String theirs = bank.provenance().get(key);
      if (mine != null && theirs != null && !mine.equals(theirs)) {
        throw new CheckpointException(
            "text bank: expected vectors of %s, as the model was made with, got those of %s%s"
                .formatted(
                    name(),
                    other,
                    key.equals(MODEL) ? "" : " (%s %s and %s)".formatted(key, mine, theirs)));
      }
    }
  }
}
