/**
 * Kernels in plain Java over host memory, shared by the backends that can show their arrays as
 * direct buffers. Each has a twin composed of primitives, against which it is tested, forward and
 * gradient.
 *
 * <p>For engines; a test keeps everything above them from using it. One's own kernels are {@link
 * org.maskwright.engine.tensor.CustomOp}s.
 */
package org.maskwright.engine.kernel;
