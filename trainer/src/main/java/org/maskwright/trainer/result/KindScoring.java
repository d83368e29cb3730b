package org.maskwright.trainer.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.datasets.ImageId;
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

  /** What is scored. */
  public ResultKind<R> kind() {
    return kind;
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
    private final Optional<ImageScore<R>> ofImage;
    private final Map<ImageId, Double> ofImages = new LinkedHashMap<>();

    private Pass(Optional<ResultFiles> files) {
      this.files = files.flatMap(f -> KindFailure.named(kind, () -> f.start(kind, data.dataset())));
      this.ofImage = KindFailure.named(kind, () -> kind.imageScore(data));
    }

    /** Takes in an image. */
    public void add(ScoredImage image, ImageResults results) {
      R result = results.of(kind).value();
      KindFailure.named(
          kind,
          () -> {
            scorer.add(image, result);
            ofImage.ifPresent(
                s -> ofImages.put(image.info().imageId(), s.of().score(image, result)));
            files.ifPresent(f -> f.add(image.info(), result));
            return null;
          });
    }

    /** How well each image went; empty if the kind has no such measure. */
    public Optional<ImageScores> imageScores() {
      return ofImage.map(s -> new ImageScores(s.meaning(), ofImages));
    }

    /** What was measured; metrics and measures have the kind's name before. */
    public Scores report() {
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
      Map<String, Double> metrics = new LinkedHashMap<>(scores.metrics());
      data.novel().ifPresent(novel -> metrics.putAll(novel.of(kind, scores.perClass())));
      return new Scores(named(metrics), named(scores.perClass()), scores.details());
    }

    /** The kind's name. */
    public String kind() {
      return kind.name();
    }

    private <T> Map<String, T> named(Map<String, T> values) {
      Map<String, T> out = new LinkedHashMap<>();
      values.forEach((name, value) -> out.put(kind.name() + "." + name, value));
      return out;
    }
  }
}
