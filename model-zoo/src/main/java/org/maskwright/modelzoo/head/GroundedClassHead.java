package org.maskwright.modelzoo.head;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Mlp;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.text.Reduction;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordTable;

/**
 * Whether a query is an object, of any class, and where its region lies among words; the one is
 * learnt from masks, the other from captions ({@link
 * org.maskwright.modelzoo.prediction.RegionEmbeddings}). While it speaks classes, an object is of
 * one of them. Differs from {@link WordsClassHead}, which is learnt from objects with classes.
 *
 * <p><b>Shapes</b> states [B,Q,C]; weights {@code projection.layers.*}, {@code object.weight}
 * [2,C], {@code object.bias}, {@code logit_scale} []
 *
 * <p><b>Maths</b> with object's logits a, of an object, and b, of none: (a, b); speaking K classes
 * (a + log softmax_k l, b), l(k) = min(exp(s), 100) max_i cos(projection(state), t_ki), so that
 * p(k) = p(object) p(k | object)
 *
 * <p><b>Source</b> OpenSeg (arXiv 2112.12143) and ODISE (arXiv 2303.04803), whose masks have no
 * class when they are learnt with captions. <b>Differs:</b> of both, whose regions are pooled
 * features; here they are the queries' states
 */
public final class GroundedClassHead extends ClassHead {
  private final WordsHeadPart.Table origin;
  private final Optional<Path> bankFile; // that it was made with
  private final ClassSpace own;
  private final Mlp projection;
  private final Linear object;
  private final Parameter logitScale;
  private Optional<Words> spoken = Optional.empty();

  /** Classes and their vectors [K,S,D]. */
  private record Words(ClassSpace space, Parameter table) {}

  /**
   * A head with fresh initial values.
   *
   * @param space one class
   * @param settings with the table's origin
   */
  GroundedClassHead(
      Engine engine, int channels, ClassSpace space, GroundedHeadPart.Settings settings) {
    super(engine);
    own = space;
    origin = settings.table().orElseThrow();
    bankFile = settings.bank();
    projection =
        child("projection", new Mlp(engine, channels, channels, origin.width(), settings.layers()));
    object = child("object", Linear.of(engine, channels, 2));
    logitScale = parameter("logit_scale", engine.scalar(Math.log(1 / settings.temperature())));
  }

  @Override
  public ClassSpace space() {
    return spoken.map(Words::space).orElse(own);
  }

  @Override
  public Outputs.MaskScores maskScores() {
    return Outputs.MaskScores.SIGMOID;
  }

  @Override
  public Tensor forward(Tensor states) {
    return answer(states).logits();
  }

  @Override
  public Answer answer(Tensor states) {
    Tensor whether = object.forward(states); // [B,Q,2]
    Tensor vectors = projection.forward(states); // [B,Q,D]
    try (var float32 = engine().withPrecision(Precision.FP32)) {
      Tensor scale = WordScores.scale(logitScale);
      Tensor regions = WordSpace.directions(vectors.cast(DType.FLOAT32)).mul(scale);
      return new Answer(
          spoken.map(words -> logits(whether, vectors, scale, words)).orElse(whether),
          Optional.of(regions));
    }
  }

  private static Tensor logits(Tensor whether, Tensor vectors, Tensor scale, Words words) {
    Tensor both = whether.cast(DType.FLOAT32);
    Tensor which =
        new WordScores(words.table().tensor()).of(vectors).mul(scale).logSoftmax(2); // [B,Q,K]
    return Tensor.concat(2, which.add(both.slice(2, 0, 1)), both.slice(2, 1, 2));
  }

  @Override
  public Speaking speak(Vocabulary classes, Optional<TextBank> bank) {
    Optional<Words> before = spoken;
    if (bank.isEmpty() && classes.space().equals(own)) {
      spoken = Optional.empty();
      return () -> spoken = before;
    }
    WordTable read = read(classes, bank);
    try (var scope = engine().scope();
        var off = engine().noGrad()) { // parameters are copies
      Parameter table = new Parameter(WordScores.tensor(engine(), read));
      spoken = Optional.of(new Words(classes.space(), table));
    }
    Parameter opened = spoken.get().table();
    return () -> {
      spoken = before;
      opened.close();
    };
  }

  private WordTable read(Vocabulary classes, Optional<TextBank> bank) {
    TextBank words =
        bank.or(() -> bankFile.filter(Files::isRegularFile).map(TextBank::read))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "classes: a model that was trained with captions knows objects alone; expected a text bank of %s with the words, by --bank%s"
                            .formatted(
                                origin.name(),
                                bankFile
                                    .map(f -> "; " + f + " is not there any more")
                                    .orElse(""))));
    origin.requireSameSpace(words);
    return words.select(classes.words()).table(Reduction.MEAN);
  }

  @Override
  public void close() {
    spoken.ifPresent(words -> words.table().close());
    super.close();
  }
}
