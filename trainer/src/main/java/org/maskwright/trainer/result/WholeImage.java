package org.maskwright.trainer.result;

import java.util.HashMap;
import java.util.Map;

/**
 * An image that a model saw in one pass; results of any kind are made when they are first asked
 * for.
 */
public final class WholeImage implements ImageResults {
  private final ImageOutputs outputs;
  private final ResultContext context;
  private final Map<ResultKind<?>, ImageResult<?>> made = new HashMap<>();

  /**
   * An image.
   *
   * @param outputs what the model said
   * @param context what results depend on besides
   */
  public WholeImage(ImageOutputs outputs, ResultContext context) {
    this.outputs = outputs;
    this.context = context;
  }

  @Override
  @SuppressWarnings("unchecked") // the result of a kind is the kind's
  public <R> ImageResult<R> of(ResultKind<R> kind) {
    return (ImageResult<R>) made.computeIfAbsent(kind, k -> ImageResult.of(kind, outputs, context));
  }
}
