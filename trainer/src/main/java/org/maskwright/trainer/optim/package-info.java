/**
 * What changes parameters: an {@link org.maskwright.trainer.optim.Optimizer} that asks a {@link
 * org.maskwright.trainer.optim.Closure} for gradients, rules of update, groups of parameters,
 * gradient clipping, the moving average of weights.
 */
package org.maskwright.trainer.optim;
