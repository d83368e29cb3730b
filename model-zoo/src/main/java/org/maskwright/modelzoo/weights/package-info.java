/**
 * Weights in and out: safetensors, PyTorch and detectron2 files, the tables that translate key
 * names between ecosystems, and the report of what was loaded.
 *
 * <p>Host arrays only ({@link org.maskwright.modelzoo.weights.HostTensor} in a {@link
 * org.maskwright.modelzoo.weights.StateDict}): no engine is needed to read, rename or write a
 * checkpoint. Maskwright's own parameter names are the official detectron2 names. Files are hostile
 * until read: sizes are bounded before memory is taken, and nothing a file says is executed; every
 * fault is a {@link org.maskwright.modelzoo.weights.CheckpointException}.
 */
package org.maskwright.modelzoo.weights;
