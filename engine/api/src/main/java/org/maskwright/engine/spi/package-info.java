/**
 * What a compute backend implements. A backend only computes: shapes, dtypes, broadcasting rules,
 * error messages and gradients live once, in {@link org.maskwright.engine.tensor.Tensor}; whatever
 * reaches a backend is already checked, except the values of an index, which only it can see.
 */
package org.maskwright.engine.spi;
