package org.maskwright.modelzoo.head;

import java.util.Arrays;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.text.TextBank;

/**
 * Query k stands for class k, whatever its state: the head of models that classify pixels. Without
 * parameters.
 */
public final class FixedClassHead extends ClassHead {
  /** Of every other class: its probability is 0 in float32, and the number is finite. */
  private static final float NEVER = -1e4f;

  private final ClassSpace space;

  /** For K classes and as many queries. */
  public FixedClassHead(Engine engine, ClassSpace space) {
    super(engine);
    this.space = space;
  }

  @Override
  public ClassSpace space() {
    return space;
  }

  @Override
  public Outputs.MaskScores maskScores() {
    return Outputs.MaskScores.SOFTMAX;
  }

  @Override
  public Tensor forward(Tensor states) {
    return logits(states.intSize(0));
  }

  @Override
  public Speaking speak(Vocabulary classes, Optional<TextBank> bank) {
    throw new IllegalArgumentException(
        "classes: a model that classifies pixels knows its own %d alone".formatted(space.size()));
  }

  /** Class logits [B,K,K+1] of so many images: 0 for a query's own class. */
  public Tensor logits(int images) {
    int classes = space.size();
    float[] values = new float[Math.multiplyExact(images * classes, classes + 1)];
    Arrays.fill(values, NEVER);
    for (int row = 0; row < images * classes; row++) {
      values[row * (classes + 1) + row % classes] = 0;
    }
    return engine().floats(values, images, classes, classes + 1);
  }
}
