/**
 * What users and models see: {@link org.maskwright.engine.tensor.Tensor} (fluent, checked,
 * differentiable), the {@link org.maskwright.engine.tensor.Engine} that computes it, {@link
 * org.maskwright.engine.tensor.Scope}s that own its memory and named {@link
 * org.maskwright.engine.tensor.RandomStream}s.
 */
package org.maskwright.engine.tensor;
