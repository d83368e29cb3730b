/**
 * The official metrics in plain Java: COCO and LVIS AP, panoptic quality, semantic IoU in three
 * protocols, Cityscapes' instance AP.
 *
 * <p>Every evaluator is fed image by image from any thread, in any order, and keeps results, not
 * images. Numbers equal the official tools': counts and ratios as doubles, means within 1e-12.
 */
package org.maskwright.datasets.metrics;
