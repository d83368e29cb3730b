/**
 * Measurements of tensors: primitives on both backends, fused kernels against their twins,
 * overhead, peak memory.
 */
package org.maskwright.benchmarks.engine;
