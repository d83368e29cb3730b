/**
 * What a compute backend implements. A backend only computes: shapes, dtypes, broadcasting rules,
 * error messages and gradients live once, in {@link org.maskwright.engine.tensor.Tensor}; whatever
 * reaches a backend is already checked, except the values of an index, which only it can see.
 *
 * <p>For who writes a backend; a test keeps models and training from using it.
 */
package org.maskwright.engine.spi;
