/**
 * Kernels in plain Java over host memory, shared by the backends that can show their arrays as
 * direct buffers. Each has a twin composed of primitives, against which it is tested, forward and
 * gradient.
 */
package org.maskwright.engine.kernel;
