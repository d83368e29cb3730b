package org.maskwright.trainer.loss;

import org.maskwright.settings.Variant;

/** What the annotation of an example can be taken to say: {@code data.source.supervision}. */
public interface SupervisionKind extends Variant {}
