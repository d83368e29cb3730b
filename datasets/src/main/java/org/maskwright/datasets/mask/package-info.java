/**
 * Masks as the official formats hold them: run-length masks ({@link
 * org.maskwright.datasets.mask.Rle}), polygons, label maps, boxes, panoptic colours, and the
 * boundary bands of boundary AP and PQ. Plain arrays, no engine; bit-equal to the official
 * implementation.
 */
package org.maskwright.datasets.mask;
