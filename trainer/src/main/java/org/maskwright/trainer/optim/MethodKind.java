package org.maskwright.trainer.optim;

import org.maskwright.settings.Variant;

/** A kind of method: {@code optimizer.method}. */
public interface MethodKind extends Variant {}
