package org.maskwright.trainer.result;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.maskwright.settings.ExtensionException;

/**
 * One kind of result on one data set: what it is compared with is open.
 *
 * @param <R> the result of one image
 */
public final class KindScoring<R> {
  private final ResultKind<R> kind;
  private final ScoringData data;
  private final Supplier<Scorer<R>> scorers;

  private KindScoring(ResultKind<R> kind, ScoringData data) {
    this.kind = kind;
    this.data = data;
    this.scorers = KindFailure.named(kind, () -> kind.scorers(data));
  }

  /** Opens what a kind is compared with. */
  public static <R> KindScoring<R> of(ResultKind<R> kind, ScoringData data) {
    return new KindScoring<>(kind, data);
  }

  /**
   * Starts an evaluation.
   *
   * @param files receives the results too
   */
  public Pass start(Optional<ResultFiles> files) {
    return new Pass(files);
  }

  /** One evaluation, image by image. */
  public final class Pass {
    private final Scorer<R> scorer = KindFailure.named(kind, scorers::get);
    private final Optional<ResultFiles.Started<R>> files;

    private Pass(Optional<ResultFiles> files) {
      this.files =
          files.flatMap(
              f -> KindFailure.named(kind, () -> f.start(kind, data.dataset().categories())));
    }

    /** Takes in an image. */
    public void add(ScoredImage image, ImageOutputs outputs, ResultContext context) {
      R result = ImageResult.of(kind, outputs, context).value();
      KindFailure.named(
          kind,
          () -> {
            scorer.add(image, result);
            files.ifPresent(f -> f.add(image.info(), result));
            return null;
          });
    }

    /** Adds what was measured, with the kind's name before. */
    public void report(
        Map<String, Double> metrics, SortedMap<String, Map<String, Double>> perClass) {
      Scores scores = KindFailure.named(kind, scorer::scores);
      List<String> declared = kind.metrics().stream().map(Metric::name).toList();
      if (!declared.equals(List.copyOf(scores.metrics().keySet()))) {
        throw new ExtensionException(
            KindFailure.name(kind)
                + ": expected the metrics that it declares, "
                + declared
                + ", got "
                + scores.metrics().keySet());
      }
      scores.metrics().forEach((name, value) -> metrics.put(kind.name() + "." + name, value));
      scores.perClass().forEach((name, values) -> perClass.put(kind.name() + "." + name, values));
    }
  }
}
