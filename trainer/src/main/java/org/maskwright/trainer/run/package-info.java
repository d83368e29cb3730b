/**
 * What a run leaves behind for people and tools: metrics as JSON lines and TensorBoard events.
 *
 * <p>{@link org.maskwright.trainer.run.MetricsLog} is the record a run's numbers are read back
 * from; {@link org.maskwright.trainer.run.EventWriter} writes the same numbers and pictures for
 * TensorBoard.
 */
package org.maskwright.trainer.run;
