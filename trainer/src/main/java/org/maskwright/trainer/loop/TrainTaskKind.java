package org.maskwright.trainer.loop;

import org.maskwright.settings.Variant;

/** What a run can train a model for: {@code train.task}. */
public interface TrainTaskKind extends Variant {}
