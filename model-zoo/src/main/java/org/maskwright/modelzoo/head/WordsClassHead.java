package org.maskwright.modelzoo.head;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.nn.Embedding;
import org.maskwright.engine.nn.Mlp;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
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
  /** Of exp(s), as in CLIP. */
  private static final double LARGEST_SCALE = 100;

  private final WordsHeadPart.Settings settings;
  private final WordsHeadPart.Table origin;
  private final Mlp projection;
  private final Embedding background;
  private final Parameter logitScale;
  private final Parameter table;
  private final boolean readHere;
  private final Words own;
  private Words spoken;

  /** Classes, their vectors and which of them have been learnt. */
  private record Words(ClassSpace space, Parameter table, Optional<Parameter> weights) {}

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
            read.map(t -> tensor(engine, t))
                .orElseGet(
                    () -> engine.zeros(origin.words().size(), origin.perClass(), origin.width())));
    boolean[] seen = new boolean[space.size()];
    Arrays.fill(seen, true);
    own = new Words(space, table, weights(seen));
    spoken = own;
  }

  private static Tensor tensor(Engine engine, WordTable table) {
    return engine.floats(table.rows(), table.names().size(), table.perClass(), table.width());
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
          new WordScores(WordScores.normalised(background.table()).unsqueeze(0)).of(vectors);
      Tensor scale = logitScale.tensor().exp().clamp(0, LARGEST_SCALE);
      return Tensor.concat(2, classes, noObject).mul(scale); // [B,Q,K+1]
    }
  }

  @Override
  public Speaking speak(Vocabulary classes, Optional<TextBank> bank) {
    WordTable words = bank.map(b -> read(b, classes)).orElseGet(() -> ofOwn(classes));
    Set<String> known = new HashSet<>();
    origin.words().forEach(c -> known.addAll(c.words()));
    Words before = spoken;
    try (var scope = engine().scope();
        var off = engine().noGrad()) { // parameters are copies
      spoken =
          new Words(
              classes.space(),
              new Parameter(tensor(engine(), words)),
              weights(classes.any(known::contains)));
    }
    Words opened = spoken;
    return () -> {
      spoken = before;
      close(opened);
    };
  }

  private WordTable read(TextBank bank, Vocabulary classes) {
    origin.requireSameSpace(bank);
    return bank.select(classes.words()).table(settings.reduction());
  }

  /** Of the model's own classes, by their words. */
  private WordTable ofOwn(Vocabulary classes) {
    Map<Set<String>, Integer> places = new HashMap<>();
    for (WordClass own : origin.words()) {
      places.put(Set.copyOf(own.words()), places.size());
    }
    List<WordClass> unknown =
        classes.words().stream().filter(c -> !places.containsKey(Set.copyOf(c.words()))).toList();
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "classes: expected a text bank with vectors of %s; without one the model knows its own classes alone. Give the bank of %s (--bank), or that text encoder (--text-model)"
              .formatted(unknown.stream().map(WordClass::name).toList(), origin.name()));
    }
    float[] all = table.tensor().toFloats();
    int each = origin.perClass() * origin.width();
    float[] rows = new float[Math.multiplyExact(classes.size(), each)];
    for (int k = 0; k < classes.size(); k++) {
      int from = places.get(Set.copyOf(classes.words().get(k).words()));
      System.arraycopy(all, from * each, rows, k * each, each);
    }
    return new WordTable(
        classes.words().stream().map(WordClass::name).toList(),
        origin.width(),
        origin.perClass(),
        rows);
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
    if (spoken != own) {
      close(spoken);
    }
    own.weights().ifPresent(Parameter::close);
    super.close();
  }
}
