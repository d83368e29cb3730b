/**
 * Outputs to semantic, instance and panoptic results, as pure functions on host arrays: no engine,
 * no native memory, and memory that does not grow with queries times pixels.
 */
package org.maskwright.modelzoo.postprocess;
