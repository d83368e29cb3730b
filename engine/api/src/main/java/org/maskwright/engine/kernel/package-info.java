/**
 * Fused kernels in plain Java over host memory, shared by every backend that can show its arrays as
 * direct buffers. Each has a twin composed of primitives, against which it is tested, forward and
 * gradient.
 */
package org.maskwright.engine.kernel;
