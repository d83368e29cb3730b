package org.maskwright.trainer.probe;

import java.util.List;
import java.util.Locale;

/**
 * By what pretrainings are compared where there are no labels.
 *
 * <p><b>Source</b> SelfAugment (arXiv 2009.07724): the accuracy of the rotation probe, the loss of
 * the contrast, and both: a pretraining is good that sees how pictures are turned while its own
 * task stays hard.
 */
public enum Criterion {
  /** The accuracy of the rotation probe; larger is better. */
  ROTATION,
  /** The loss of the run's contrast; smaller is better. */
  INFO_NCE,
  /**
   * The rotation probe's loss minus the weighted loss of the contrast, each divided by its largest
   * of all candidates; smaller is better.
   */
  MIN_MAX;

  /**
   * A candidate.
   *
   * @param accuracy of its rotation probe, in percent, NaN if it is not asked for
   * @param loss of its rotation probe
   * @param contrast its run's loss, NaN if it is not asked for
   */
  public record Candidate(double accuracy, double loss, double contrast) {}

  /** As the command line says it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether a rotation probe is asked. */
  public boolean probes() {
    return this != INFO_NCE;
  }

  /** Whether the loss of a contrast is needed. */
  public boolean contrasts() {
    return this != ROTATION;
  }

  /**
   * Scores of candidates, larger is better.
   *
   * @param weight of the contrast's loss in {@link #MIN_MAX}
   */
  public double[] scores(List<Candidate> all, double weight) {
    double losses = all.stream().mapToDouble(Candidate::loss).max().orElse(1);
    double contrasts = all.stream().mapToDouble(Candidate::contrast).max().orElse(1);
    return all.stream()
        .mapToDouble(
            c ->
                switch (this) {
                  case ROTATION -> c.accuracy();
                  case INFO_NCE -> -c.contrast();
                  case MIN_MAX -> weight * c.contrast() / contrasts - c.loss() / losses;
                })
        .toArray();
  }
}
