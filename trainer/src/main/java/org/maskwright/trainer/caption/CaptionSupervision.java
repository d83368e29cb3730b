package org.maskwright.trainer.caption;

import java.util.Optional;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.trainer.loss.ForwardingSupervision;
import org.maskwright.trainer.loss.Supervision;

/** What is drawn of an image, and what somebody said that it shows. */
final class CaptionSupervision extends ForwardingSupervision {
  private final Optional<ImageWords> words;
  private final boolean drawn;

  /**
   * Of an example.
   *
   * @param masks its masks
   * @param drawn whether they are all its objects; else no term but that of words learns from it
   */
  CaptionSupervision(Supervision masks, TrainingExample example, boolean drawn) {
    super(masks);
    this.words =
        example.words().isEmpty() ? Optional.empty() : Optional.of(new ImageWords(example.words()));
    this.drawn = drawn;
  }

  @Override
  public double termWeight(String term) {
    return drawn || term.equals(GroundingTerm.NAME) ? super.termWeight(term) : 0;
  }

  @Override
  public <E> Optional<E> saidOfImage(Class<E> type) {
    return type == ImageWords.class ? words.map(type::cast) : super.saidOfImage(type);
  }
}
