package org.maskwright.trainer.optim;

import org.maskwright.engine.nn.Module;
import org.maskwright.settings.Doc;
import org.maskwright.settings.VariantsOf;

/** Where a step takes its gradient from. */
@Doc("Where a step takes its gradient from.")
@VariantsOf(MethodKind.class)
public interface MethodSettings {
  /**
   * An optimiser of a model around another.
   *
   * @param base the result's to close
   */
  Optimizer around(Optimizer base, Module model);
}
