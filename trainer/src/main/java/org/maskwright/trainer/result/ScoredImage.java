package org.maskwright.trainer.result;

import java.util.List;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;

/**
 * An image with its annotation.
 *
 * @param size at which it is stored and results are
 * @param truth its segments
 */
public record ScoredImage(SampleInfo info, Size size, List<Segment> truth) {
  /** Keeps a copy. */
  public ScoredImage {
    truth = List.copyOf(truth);
  }
}
