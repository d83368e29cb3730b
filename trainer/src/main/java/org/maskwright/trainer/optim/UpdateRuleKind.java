package org.maskwright.trainer.optim;

import org.maskwright.settings.Variant;

/** A kind of rule of update: {@code optimizer.base}. */
public interface UpdateRuleKind extends Variant {}
