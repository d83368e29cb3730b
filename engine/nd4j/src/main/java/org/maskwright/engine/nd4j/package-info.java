/**
 * The compute engine without LibTorch: ND4J arrays and the BLAS library that ND4J ships, with
 * multi-threaded Java kernels over the same host memory where ND4J's own operations are slow or
 * differ from NumPy's and PyTorch's rules (docs/engines-nd4j.md has the measurements). Arrays are
 * always contiguous in row-major order, so no kernel outside {@link
 * org.maskwright.engine.nd4j.StridedCopy} sees a stride.
 */
package org.maskwright.engine.nd4j;
