/**
 * Operations of segmentation models beyond a tensor library's, each with its kernel in Java and its
 * composition of primitives side by side. They are {@link org.maskwright.engine.tensor.CustomOp}s
 * and use nothing of the engine that is not public: examples for one's own.
 */
package org.maskwright.engine.fused;
