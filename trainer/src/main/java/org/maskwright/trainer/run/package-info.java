/**
 * A training run from settings to a finished folder: {@link org.maskwright.trainer.run.TrainingRun}
 * puts it together, the learner holds what changes, the keeper writes checkpoints and evaluates.
 * And what a run says meanwhile: {@link org.maskwright.trainer.run.MetricsLog} is the record its
 * numbers are read back from, and the page of a finished run is made of.
 */
package org.maskwright.trainer.run;
