package org.maskwright.trainer.run;

import java.util.List;
import java.util.Optional;
import org.maskwright.trainer.format.PredictionFormat;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.Rules;

/**
 * What a person asks of predictions; whatever is empty is as the model's run evaluates.
 *
 * @param kind of result; empty: the first that the model can give
 * @param threshold what is shown
 * @param shortEdge of the input in pixels; empty: as the model was evaluated
 * @param rules whose resizing and post-processing
 * @param tile sides of a tile in pixels, {@code off} or {@code auto}
 * @param overlap of tiles in pixels; 0: a quarter of the tile
 * @param formats of other tools that are written too
 * @param tolerance polygons in these may be this far from the masks' edges, in pixels; 0: they are
 *     the edges
 * @param words classes to look for in place of the model's own
 */
public record PredictionWishes(
    Optional<ResultKind<?>> kind,
    Threshold threshold,
    Optional<Integer> shortEdge,
    Optional<Rules> rules,
    Optional<String> tile,
    Optional<Integer> overlap,
    List<PredictionFormat> formats,
    double tolerance,
    Optional<SpokenWords> words) {
  /** Nothing in particular. */
  public static final PredictionWishes NONE =
      new PredictionWishes(
          Optional.empty(),
          Threshold.USUAL,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          0,
          Optional.empty());

  /**
   * From which score on results are shown: of instances the score they need, of panoptic segments
   * the class score.
   *
   * @param score in [0,1]; empty: the usual one, or the best
   * @param isBest whether it is that of the best F1 of each class, which the model folder keeps
   */
  public record Threshold(Optional<Double> score, boolean isBest) {
    /** As the model's run evaluates; instances from 0.5 on. */
    public static final Threshold USUAL = new Threshold(Optional.empty(), false);

    /** Those of the best F1. */
    public static final Threshold BEST = new Threshold(Optional.empty(), true);

    /** Checks the range. */
    public Threshold {
      if (score.isPresent() && !(score.get() >= 0 && score.get() <= 1)) {
        throw new IllegalArgumentException(
            "threshold: expected a score in [0,1], got " + score.get());
      }
    }

    /** One for all classes. */
    public static Threshold of(double score) {
      return new Threshold(Optional.of(score), false);
    }
  }

  /** Checks the ranges. */
  public PredictionWishes {
    formats = List.copyOf(formats);
    if (shortEdge.isPresent() && shortEdge.get() < 1) {
      throw new IllegalArgumentException("short-edge: expected at least 1, got " + shortEdge.get());
    }
    if (!(tolerance >= 0 && tolerance < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("simplify: expected at least 0 pixels, got " + tolerance);
    }
  }

  /** These, of a kind of result. */
  public PredictionWishes withKind(ResultKind<?> wanted) {
    return new PredictionWishes(
        Optional.of(wanted), threshold, shortEdge, rules, tile, overlap, formats, tolerance, words);
  }

  /** These, from a score on. */
  public PredictionWishes withThreshold(Threshold wanted) {
    return new PredictionWishes(
        kind, wanted, shortEdge, rules, tile, overlap, formats, tolerance, words);
  }

  /** These, with files of other tools' formats. */
  public PredictionWishes withFormats(List<PredictionFormat> wanted) {
    return new PredictionWishes(
        kind, threshold, shortEdge, rules, tile, overlap, wanted, tolerance, words);
  }

  /** These, of other classes than the model's own. */
  public PredictionWishes withWords(SpokenWords wanted) {
    return new PredictionWishes(
        kind, threshold, shortEdge, rules, tile, overlap, formats, tolerance, Optional.of(wanted));
  }

  /** These, tile by tile where a picture is larger than a tile. */
  public PredictionWishes withTile(String wanted) {
    return new PredictionWishes(
        kind, threshold, shortEdge, rules, Optional.of(wanted), overlap, formats, tolerance, words);
  }
}
