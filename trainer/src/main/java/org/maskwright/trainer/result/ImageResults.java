package org.maskwright.trainer.result;

/** The results of one image. */
public interface ImageResults {
  /** That of a kind, one of those for which the model was run. */
  <R> ImageResult<R> of(ResultKind<R> kind);
}
