package org.maskwright.modelzoo.head;

import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;

/** Tells which class a query's state stands for. */
public abstract class ClassHead extends Module {
  /** A head of an engine. */
  protected ClassHead(Engine engine) {
    super(engine);
  }

  /** The classes of the logits. */
  public abstract ClassSpace space();

  /** How the masks of queries with such classes become probabilities. */
  public abstract Outputs.MaskScores maskScores();

  /** states [B,Q,C] to class logits [B,Q,K+1], no-object last. */
  public abstract Tensor forward(Tensor states);
}
