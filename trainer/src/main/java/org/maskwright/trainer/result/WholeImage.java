package org.maskwright.trainer.result;

/**
 * An image that a model saw in one pass; results of any kind are made when they are asked for.
 *
 * @param outputs what the model said
 * @param context what results depend on besides
 */
public record WholeImage(ImageOutputs outputs, ResultContext context) implements ImageResults {
  @Override
  public <R> ImageResult<R> of(ResultKind<R> kind) {
    return ImageResult.of(kind, outputs, context);
  }
}
