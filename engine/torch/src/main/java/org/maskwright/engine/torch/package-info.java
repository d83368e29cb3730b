/**
 * The LibTorch backend: the primitives of {@link org.maskwright.engine.spi.Backend} on ATen's
 * kernels.
 *
 * <p>LibTorch only computes here; its automatic differentiation is not used (see docs/engines.md).
 * Every native object has an owner that closes it; nothing waits for the garbage collector.
 */
package org.maskwright.engine.torch;
