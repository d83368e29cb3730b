package org.maskwright.trainer.result;

import java.util.List;

/**
 * How a result comes apart into segments, which is what files of other tools hold.
 *
 * @param <R> the result of one image
 */
@FunctionalInterface
public interface Segmented<R> {
  /** The segments that are shown, none of them empty; they may overlap where a result's may. */
  List<ResultSegment> of(R result, Shown shown);
}
