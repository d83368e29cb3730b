package org.maskwright.trainer.incontext;

import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.mask.Rle;

/**
 * What a model found of each class of a picture by examples.
 *
 * @param answers one of each class
 */
record FewShotAnswers(List<Answer> answers) {
  FewShotAnswers {
    answers = List.copyOf(answers);
  }

  /**
   * Of one class.
   *
   * @param examples the pictures that were shown
   * @param mask what was found, of the picture's size
   * @param overlap with the annotation
   * @param wrong overlap of what was found by examples of another class; empty if there is none
   */
  record Answer(
      int category, List<String> examples, Rle mask, Overlap overlap, Optional<Overlap> wrong) {
    Answer {
      examples = List.copyOf(examples);
    }
  }

  /**
   * How a mask agrees with the true one, in pixels.
   *
   * @param both in both
   * @param either in one or both
   * @param all that count
   */
  record Overlap(long both, long either, long all) {
    static final Overlap NONE = new Overlap(0, 0, 0);

    /**
     * Of a mask.
     *
     * @param known what counts, the true mask in it; empty: all
     */
    static Overlap of(Rle mask, Rle truth, Optional<Rle> known) {
      long both = mask.intersectionArea(truth);
      long found = known.map(mask::intersectionArea).orElseGet(mask::area);
      long all = known.map(Rle::area).orElse((long) truth.height() * truth.width());
      return new Overlap(both, found + truth.area() - both, all);
    }

    Overlap plus(Overlap other) {
      return new Overlap(both + other.both, either + other.either, all + other.all);
    }

    /** NaN where there is nothing of either. */
    double iou() {
      return either == 0 ? Double.NaN : (double) both / either;
    }

    /** Of the background: all but both over all that one has not. */
    double backgroundIou() {
      return all == both ? Double.NaN : (double) (all - either) / (all - both);
    }
  }
}
