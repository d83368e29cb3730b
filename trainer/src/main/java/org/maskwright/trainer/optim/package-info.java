/**
 * What changes parameters: AdamW with groups by rule, gradient clipping, the moving average of
 * weights.
 */
package org.maskwright.trainer.optim;
