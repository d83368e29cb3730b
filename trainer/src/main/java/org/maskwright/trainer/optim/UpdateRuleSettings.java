package org.maskwright.trainer.optim;

import java.util.Map;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.settings.Doc;
import org.maskwright.settings.VariantsOf;

/** Which rule turns a gradient into the change of a parameter. */
@Doc("How a gradient changes a parameter.")
@VariantsOf(UpdateRuleKind.class)
public interface UpdateRuleSettings {
  /**
   * A rule for parameters, by name.
   *
   * @return the caller's to close
   */
  UpdateRule rule(Map<String, Parameter> parameters);
}
