package org.maskwright.modelzoo.head;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.nn.Embedding;
import org.maskwright.engine.nn.Mlp;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.modelzoo.text.WordTable;

/**
 * Classes by words: a query's state is projected into the space of a text encoder's vectors and
 * compared with those of the classes' words, which stay as they are. No weight belongs to a class,
 * so that the same weights tell apart any classes that have words. What is no object is near to one
 * vector that is learnt, whatever the classes.
 *
 * <p><b>Shapes</b> states [B,Q,C]; weights {@code projection.layers.*}, {@code background.weight}
 * [1,D], {@code logit_scale} []; the buffer {@code table} [K,S,D]
 *
 * <p><b>Maths</b> logit(k) = min(exp(s), 100) max_i cos(projection(state), t_ki), i over the S rows
 * of a class; of no object the cosine with the background
 *
 * <p><b>Source</b> FC-CLIP (arXiv 2308.02487) and its code, whose {@code class_embed} is an MLP of
 * three layers. <b>Differs:</b> mask-pooled pixel features are not added to the state
 *
 * <p><b>Cost</b> of B Q states one product [B Q,D] x [D,K S]
 */
public final class WordsClassHead extends ClassHead {
  private final WordsHeadPart.Settings settings;
  private final WordsHeadPart.Table origin;
  private final Mlp projection;
  private final Embedding background;
  private final Parameter logitScale;
  private final Parameter table;
  private final boolean readHere;
  private final Words own;
  private final Map<List<WordClass>, WordTable> banked = new LastAsked();
  private Words spoken;

  /** Classes, their vectors and which of them have been learnt. */
  private record Words(ClassSpace space, Parameter table, Optional<Parameter> weights) {}

  /** What was read of the bank for the classes that were asked about last. */
  private static final class LastAsked extends LinkedHashMap<List<WordClass>, WordTable> {
    private static final long serialVersionUID = 1;
    private static final int MOST = 8;

    LastAsked() {
      super(MOST, 1, true); // in the order in which they were asked about
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<List<WordClass>, WordTable> eldest) {
      return size() > MOST;
    }
  }

  /**
   * A head with fresh initial values.
   *
   * @param settings with the table's origin
   * @param read the table; empty if it comes with the weights
   */
  WordsClassHead(
      Engine engine,
      int channels,
      ClassSpace space,
      WordsHeadPart.Settings settings,
      Optional<WordTable> read) {
    super(engine);
    this.settings = settings;
    origin = settings.table().orElseThrow();
    projection =
        child("projection", new Mlp(engine, channels, channels, origin.width(), settings.layers()));
    background = child("background", new Embedding(engine, 1, origin.width()));
    logitScale = parameter("logit_scale", engine.scalar(Math.log(1 / settings.temperature())));
    readHere = read.isPresent();
    table =
        buffer(
            "table",
            read.map(t -> WordScores.tensor(engine, t))
                .orElseGet(
                    () -> engine.zeros(origin.words().size(), origin.perClass(), origin.width())));
    boolean[] seen = new boolean[space.size()];
    Arrays.fill(seen, true);
    own = new Words(space, table, weights(seen));
    spoken = own;
  }

  /** [K] of the ensemble; empty if there is none. */
  private Optional<Parameter> weights(boolean[] seen) {
    WordsHeadPart.OutOfVocabularyWeights of = settings.outOfVocabulary();
    if (!of.isOn()) {
      return Optional.empty();
    }
    float[] weights = new float[seen.length];
    for (int k = 0; k < seen.length; k++) {
      weights[k] = (float) (seen[k] ? of.seenWeight() : of.unseenWeight());
    }
    return Optional.of(new Parameter(engine().floats(weights, weights.length)));
  }

  @Override
  public ClassSpace space() {
    return spoken.space();
  }

  @Override
  public Outputs.MaskScores maskScores() {
    return Outputs.MaskScores.SIGMOID;
  }

  @Override
  public Tensor forward(Tensor states) {
    Tensor vectors = projection.forward(states); // [B,Q,D]
    try (var float32 = engine().withPrecision(Precision.FP32)) {
      Tensor classes = new WordScores(spoken.table().tensor()).of(vectors); // [B,Q,K]
      Tensor noObject =
          new WordScores(WordSpace.directions(background.table()).unsqueeze(0)).of(vectors);
      Tensor scale = WordScores.scale(logitScale);
      return Tensor.concat(2, classes, noObject).mul(scale); // [B,Q,K+1]
    }
  }

  @Override
  public Speaking speak(Vocabulary classes, Optional<TextBank> bank) {
    WordTable words = bank.map(b -> read(b, classes.words())).orElseGet(() -> found(classes));
    Set<String> known = new HashSet<>();
    origin.words().forEach(c -> known.addAll(c.words()));
    Words before = spoken;
    try (var scope = engine().scope();
        var off = engine().noGrad()) { // parameters are copies
      spoken =
          new Words(
              classes.space(),
              new Parameter(WordScores.tensor(engine(), words)),
              weights(classes.among(known)));
    }
    Words opened = spoken;
    return () -> {
      spoken = before;
      close(opened);
    };
  }

  private WordTable read(TextBank bank, List<WordClass> classes) {
    origin.requireSameSpace(bank);
    return bank.select(classes).table(settings.reduction());
  }

  /** Of the model's own classes from its table, of others from the bank that it was made of. */
  private WordTable found(Vocabulary classes) {
    Places mine = new Places(origin.words());
    List<OptionalInt> places = classes.words().stream().map(mine::of).toList();
    Map<WordClass, Integer> others = new LinkedHashMap<>();
    for (int k = 0; k < classes.size(); k++) {
      if (places.get(k).isEmpty()) {
        others.putIfAbsent(classes.words().get(k), others.size());
      }
    }
    Optional<WordTable> read =
        others.isEmpty()
            ? Optional.empty()
            : Optional.of(
                banked.computeIfAbsent(List.copyOf(others.keySet()), o -> read(ownBank(o), o)));
    int perClass = Math.max(origin.perClass(), read.map(WordTable::perClass).orElse(1));
    int width = origin.width();
    float[] rows =
        new float[Math.multiplyExact(Math.multiplyExact(classes.size(), perClass), width)];
    float[] ownRows = table.tensor().toFloats();
    float[] otherRows = read.map(WordTable::rows).orElse(new float[0]);
    for (int k = 0; k < classes.size(); k++) {
      WordClass each = classes.words().get(k);
      boolean isOwn = places.get(k).isPresent();
      int from = places.get(k).orElseGet(() -> others.get(each));
      float[] source = isOwn ? ownRows : otherRows;
      int count = isOwn ? origin.perClass() : read.orElseThrow().perClass();
      for (int i = 0; i < perClass; i++) { // one with fewer repeats its first
        int row = from * count + (i < count ? i : 0);
        System.arraycopy(source, row * width, rows, (k * perClass + i) * width, width);
      }
    }
    return new WordTable(
        classes.words().stream().map(WordClass::name).toList(), width, perClass, rows);
  }

  /** Where classes stand among a model's own: the first of the same words, or of their name. */
  private static final class Places {
    private final Map<Set<String>, Integer> byWords = new HashMap<>();
    private final Map<String, Integer> byName = new HashMap<>();

    Places(List<WordClass> own) {
      for (int k = 0; k < own.size(); k++) {
        byWords.putIfAbsent(Set.copyOf(own.get(k).words()), k);
        byName.putIfAbsent(own.get(k).name(), k);
      }
    }

    OptionalInt of(WordClass asked) {
      Stream<Integer> named =
          asked.words().size() == 1
              ? Stream.ofNullable(byName.get(asked.words().get(0)))
              : Stream.empty();
      return Stream.concat(Stream.ofNullable(byWords.get(Set.copyOf(asked.words()))), named)
          .mapToInt(Integer::intValue)
          .min();
    }
  }

  private TextBank ownBank(List<WordClass> wanted) {
    Path file = settings.bank().filter(Files::isRegularFile).orElse(null);
    if (file == null) {
      throw new IllegalArgumentException(
          "classes: expected a text bank with vectors of %s; without one the model knows its own classes alone. Give one of %s (--bank, or --text-model to make it)%s"
              .formatted(
                  wanted.stream().map(WordClass::name).toList(),
                  origin.name(),
                  settings.bank().map(f -> "; " + f + " is not there any more").orElse("")));
    }
    return TextBank.read(file);
  }

  @Override
  public Optional<OutOfVocabulary> outOfVocabulary() {
    return spoken
        .weights()
        .map(
            weights ->
                new OutOfVocabulary(
                    new WordScores(spoken.table().tensor()),
                    origin.logitScale(),
                    weights.tensor()));
  }

  /** The table, where it was read and not loaded. */
  @Override
  public Set<Parameter> given() {
    return readHere ? Set.of(table) : Set.of();
  }

  private static void close(Words words) {
    words.table().close();
    words.weights().ifPresent(Parameter::close);
  }

  @Override
  public void close() {
    if (spoken.table() != own.table()) {
      close(spoken);
    }
    own.weights().ifPresent(Parameter::close);
    super.close();
  }
}
